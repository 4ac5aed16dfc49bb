// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/study/study_leaks.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/study/study_rows.hpp"
#include "vigil/validate/columns.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <map>
#include <set>

namespace vigil {

namespace {

constexpr Index least_values = 10;   ///< in one order
constexpr Index least_subjects = 30; ///< told apart rightly, of these at least
constexpr Index least_side = 5;      ///< on either side
constexpr double chance = 1e-3;      ///< that any of the columns is taken for a copy and is none
constexpr double too_good = 0.95;

/// Time, and code of the event (0: none), of each subject.
struct TimesAndCodes {
  std::vector<double> time;
  std::vector<int> code;
};

TimesAndCodes times_and_codes(const Outcome& outcome) {
  TimesAndCodes result;
  if (const auto* survival = std::get_if<SurvivalOutcome>(&outcome)) {
    result.time = survival->time;
    result.code.assign(survival->event.begin(), survival->event.end());
  } else if (const auto* competing = std::get_if<CompetingRisksOutcome>(&outcome)) {
    result.time = competing->time;
    result.code.assign(competing->cause.begin(), competing->cause.end());
  }
  return result;
}

/// Finds columns that are the outcome in other words.
class CopyFinder {
public:
  explicit CopyFinder(const Cohort& cohort)
      : outcome_(times_and_codes(cohort.data().outcome)), weights_(cohort.weights()),
        arrangements_(std::log(2.0 * static_cast<double>(cohort.data().columns() + 3) / chance)) {
    for (const Index subject : weights_.support()) {
      if (outcome_.code[at(subject)] != 0) {
        by_time_.push_back(subject);
      }
    }
    std::ranges::stable_sort(
        by_time_, {}, [this](Index subject) { return outcome_.time[at(subject)]; });
  }

  /// What the column copies, in words; empty: nothing.
  template <class Value>
  [[nodiscard]] std::string copied(std::span<const Value> column) const {
    if (follows_times(column)) {
      return "values in the order of the event times";
    }
    if (tells_apart(column, [](int code) { return code != 0; }) ||
        tells_apart(column, [](int code) { return code == 1; })) {
      return "one value for the subjects with an event and another one for all others";
    }
    return {};
  }

private:
  template <class Value>
  [[nodiscard]] bool follows_times(std::span<const Value> column) const {
    Index values = 0, before = no_index;
    bool rises = true, falls = true;
    for (const Index subject : by_time_) {
      const Value value = column[at(subject)];
      if (std::isnan(value)) {
        continue;
      }
      if (before != no_index) {
        const Value last = column[at(before)];
        const bool same_time = outcome_.time[at(before)] == outcome_.time[at(subject)];
        rises = rises && value >= last && !(same_time && value != last);
        falls = falls && value <= last && !(same_time && value != last);
        values += value != last ? 1 : 0;
        if (!rises && !falls) {
          return false;
        }
      }
      before = subject;
    }
    return values + 1 >= least_values &&
           std::lgamma(static_cast<double>(values + 2)) >= arrangements_; // log of their factorial
  }

  template <class Value, class HasEvent>
  [[nodiscard]] bool tells_apart(std::span<const Value> column, const HasEvent& has_event) const {
    Index first[2] = {no_index, no_index};
    Index count[2] = {0, 0};
    for (const Index subject : weights_.support()) {
      const Value value = column[at(subject)];
      if (std::isnan(value)) {
        continue;
      }
      const int side = has_event(outcome_.code[at(subject)]) ? 1 : 0;
      if (first[side] == no_index) {
        first[side] = subject;
      }
      if (column[at(first[side])] != value) {
        return false;
      }
      ++count[side];
    }
    const auto one = static_cast<double>(count[0]), other = static_cast<double>(count[1]);
    const double choices =
        std::lgamma(one + other + 1.0) - std::lgamma(one + 1.0) - std::lgamma(other + 1.0);
    return std::min(count[0], count[1]) >= least_side && count[0] + count[1] >= least_subjects &&
           choices >= arrangements_ && column[at(first[0])] != column[at(first[1])];
  }

  TimesAndCodes outcome_;
  CaseWeights weights_;
  double
      arrangements_; ///< log of how many a copy must be one of, given how many columns are looked at
  std::vector<Index> by_time_; ///< subjects with an event
};

[[noreturn]] void refuse_copy(const std::string& what, const std::string& found) {
  throw InputError(
      {.where = what,
       .found = found,
       .expected = "what is known before the outcome",
       .remedy = "leave it out; it is the outcome under another name, or known only after it",
       .problem = "the outcome is among what the models may see"});
}

std::vector<double> as_numbers(std::span<const Index> levels) {
  std::vector<double> numbers(levels.size());
  std::ranges::transform(levels, numbers.begin(), [](Index level) {
    return level == no_index ? std::nan("") : static_cast<double>(level);
  });
  return numbers;
}

/// Numbers of subjects in single precision, as bytes: equal texts, equal numbers.
class Content {
public:
  explicit Content(Index subjects) : text_(at(subjects)) {}
  template <class Values>
  void add(const Values& values, double offset = 0.0) {
    for (std::size_t subject = 0; subject < text_.size(); ++subject) {
      const double value = static_cast<double>(values[subject]) + offset;
      const float number = std::isnan(value) ? std::nanf("") : static_cast<float>(value) + 0.0F;
      char bytes[sizeof number];
      std::memcpy(bytes, &number, sizeof number);
      text_[subject].append(bytes, sizeof number);
    }
    ++columns_;
  }
  void add_outcome(const Outcome& outcome) {
    const TimesAndCodes made = times_and_codes(outcome);
    add(made.time);
    add(made.code);
    columns_ -= 2;
  }
  [[nodiscard]] const std::string& of(Index subject) const { return text_[at(subject)]; }
  [[nodiscard]] Index columns() const noexcept { return columns_; } ///< beside the outcome

private:
  std::vector<std::string> text_;
  Index columns_ = 0;
};

struct BothContents {
  Content own, external;
};

BothContents contents_of(const Cohort& own, const Cohort& external) {
  BothContents both{Content(own.subjects()), Content(external.subjects())};
  both.own.add_outcome(*own.parts().outcome);
  both.external.add_outcome(*external.parts().outcome);
  const auto &left = own.parts().clinical, &right = external.parts().clinical;
  for (Index column = 0; column < left.columns(); ++column) {
    for (Index other = 0; other < right.columns(); ++other) {
      if (left.info(column).name == right.info(other).name) {
        both.own.add(left.column(column));
        both.external.add(right.column(other));
      }
    }
  }
  return both;
}

/// "1", "00042": counted within a cohort, so that equal ones say nothing.
bool is_plain_number(const std::string& id) {
  return std::ranges::all_of(id, [](char letter) { return letter >= '0' && letter <= '9'; });
}

} // namespace

void refuse_outcome_copies(const Cohort& cohort, Scheduler& scheduler) {
  const CopyFinder finder(cohort);
  const auto& parts = cohort.parts();
  std::vector<std::string> found(at(parts.features.features()));
  parts.features.pass(scheduler, [&](const ColumnBlock& block, Index) {
    for (Index feature = 0; feature < block.features(); ++feature) {
      found[at(block.first_feature() + feature)] = finder.copied(block.column(feature));
    }
  });
  for (Index feature = 0; feature < size_of(found); ++feature) {
    if (!found[at(feature)].empty()) {
      refuse_copy("marker " + vigil::quoted(parts.features.info(feature).name), found[at(feature)]);
    }
  }
  for (Index column = 0; column < parts.clinical.columns(); ++column) {
    const auto copied = finder.copied(parts.clinical.column(column));
    if (!copied.empty()) {
      refuse_copy("column " + vigil::quoted(parts.clinical.info(column).name), copied);
    }
  }
  const auto check = [&finder](const std::string& what, std::span<const double> values) {
    const auto copied = values.empty() ? std::string() : finder.copied(values);
    if (!copied.empty()) {
      refuse_copy(what, copied);
    }
  };
  check("the offset", parts.offset);
  check("the weights", parts.sampling_weight);
  check("the strata", as_numbers(parts.stratum.level));
}

std::vector<std::string>
shared_subject_warnings(const Cohort& own, const Cohort& external, const std::string& id) {
  const BothContents contents = contents_of(own, external);
  std::map<std::string_view, Index> by_id, by_content;
  for (Index subject = 0; subject < own.subjects(); ++subject) {
    by_id.emplace(own.subject_ids()[at(subject)], subject);
    by_content.emplace(contents.own.of(subject), subject);
  }
  Index shared_ids = 0;
  std::vector<std::string> same, renamed, changed;
  for (Index subject = 0; subject < external.subjects(); ++subject) {
    const std::string& name = external.subject_ids()[at(subject)];
    const auto known = by_id.find(name);
    shared_ids += known != by_id.end() ? 1 : 0;
    if (known != by_id.end() && contents.own.of(known->second) == contents.external.of(subject)) {
      same.push_back(name);
    } else if (contents.external.columns() >= 3 &&
               by_content.contains(contents.external.of(subject))) {
      renamed.push_back(name);
    } else if (known != by_id.end() && !is_plain_number(name)) {
      changed.push_back(name);
    }
  }
  if (5 * size_of(same) >= shared_ids && !same.empty()) {
    throw InputError({.where = "external cohort " + vigil::quoted(id),
                      .found = count_text(size_of(same), "subject") + " of the study (first: " +
                               same.front() + "): the same id, outcome and clinical columns",
                      .expected = "subjects that took no part in fitting",
                      .remedy = "leave them out of one of the two, with subjects = [...]",
                      .problem = "the external cohort is not external"});
  }
  std::vector<std::string> warnings;
  const auto warn = [&](const std::vector<std::string>& who, const std::string& what) {
    if (!who.empty()) {
      warnings.push_back(id + ": " + count_text(size_of(who), "subject") +
                         " (first: " + who.front() + ") " + what +
                         "; if they are the same people, the cohort is not external");
    }
  };
  warn(same, "with id, outcome and clinical columns of a subject of the study");
  warn(renamed, "with outcome and clinical columns of a subject of the study that has another id");
  warn(changed, "with the id of a subject of the study, and other values");
  return warnings;
}

std::vector<std::string> copied_subject_warnings(const Cohort& cohort, Scheduler& scheduler) {
  const auto& parts = cohort.parts();
  Content content(cohort.subjects());
  content.add_outcome(*parts.outcome);
  for (Index column = 0; column < parts.clinical.columns(); ++column) {
    content.add(parts.clinical.column(column));
  }
  constexpr Index most_markers = 8;
  for (Index feature = 0; feature < std::min(most_markers, parts.features.features()); ++feature) {
    const std::vector<Index> listed{feature};
    content.add(parts.features.columns(listed, scheduler));
  }
  if (content.columns() < 3) {
    return {};
  }
  std::map<std::string_view, Index> first;
  Index copies = 0;
  std::string example;
  for (Index subject = 0; subject < cohort.subjects(); ++subject) {
    const auto [place, is_new] = first.emplace(content.of(subject), subject);
    const bool together = !parts.group.empty() &&
                          parts.group.level[at(subject)] == parts.group.level[at(place->second)];
    if (!is_new && !together) {
      example = copies == 0 ? cohort.subject_ids()[at(subject)] + " as " +
                                  cohort.subject_ids()[at(place->second)]
                            : example;
      ++copies;
    }
  }
  if (copies == 0) {
    return {};
  }
  return {count_text(copies, "subject") + " with the outcome and all values of another one (" +
          example + "); rows of one subject stay together only where group names a column"};
}

bool sees_centre(const StudySettings& study, const Cohort& cohort, const ColumnSelection& columns) {
  const auto covariates = cohort.covariates();
  const auto seen = selected_columns(covariates, columns);
  return !study.data.centre.empty() && std::ranges::any_of(seen, [&](Index column) {
    return covariates.info(column).source_column() == study.data.centre;
  });
}

std::vector<std::string> input_warnings(const StudySettings& study, const Cohort& cohort) {
  std::vector<std::string> warnings;
  for (const auto& learner : study.learners) {
    if (sees_centre(study, cohort, learner.columns)) {
      warnings.push_back(learner.name + " sees the centre: it learns nothing about a new one");
    }
  }
  const auto& names = study.data.feature_names;
  if (names.size() > 1 && study.file.data.texts("features").size() == 1) {
    warnings.push_back(count_text(size_of(names), "candidate marker") + " by the list " +
                       study.file.data.texts("features").front() +
                       "; if they were chosen with this outcome, every number of the study is too "
                       "good, and nothing here can see it");
  }
  return warnings;
}

std::vector<std::string> perfect_ranking_warnings(std::span<const PerformanceRow> performance) {
  std::vector<std::string> warnings;
  for (const auto& row : performance) {
    if (row.measure == "harrell_c" && row.resampling != "apparent" && row.estimate >= too_good) {
      warnings.push_back(row.learner + " has concordance " + fixed_text(row.estimate, 3) + " (" +
                         row.resampling +
                         "): look for a column that knows the outcome before you believe it");
    }
  }
  return warnings;
}

} // namespace vigil
