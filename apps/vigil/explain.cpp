// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/forest/forest_weights.hpp"
#include "vigil/forest/partial_dependence.hpp"
#include "vigil/forest/regression_forest.hpp"
#include "vigil/storage/record_file.hpp"
#include "vigil/storage/table_file.hpp"
#include "vigil/study/option_count.hpp"

#include "apps/vigil/cohort_input.hpp"
#include "apps/vigil/combat_request.hpp"
#include "apps/vigil/verbs.hpp"
#include <algorithm>
#include <array>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vigil::app {

namespace {

using forest::FeatureDependence;
using forest::SurvivalForest;

struct DependenceOptions {
  std::vector<std::string> features; ///< empty: those that most trees cut
  std::vector<double> horizons;
  Index points = 20;
  bool individual = false;
};

DependenceOptions read_dependence(const Options& options) {
  DependenceOptions made{.features = options.texts("dependence_on"),
                         .horizons = options.numbers("horizons"),
                         .points = count_of(options, "points", 20, 1),
                         .individual = options.flag("individual").value_or(false)};
  for (const double horizon : made.horizons) {
    if (!(horizon > 0.0)) {
      options.refuse("horizons", "times > 0");
    }
  }
  return made;
}

/// Throws ConfigError for a name that the cohort does not have.
void check_features(const std::vector<std::string>& features,
                    const forest::ForestColumns& columns,
                    const Options& options) {
  std::vector<std::string> known;
  known.reserve(at(columns.columns()));
  for (Index column = 0; column < columns.columns(); ++column) {
    known.push_back(columns.name(column));
  }
  for (const std::string& feature : features) {
    if (std::ranges::find(known, feature) == known.end()) {
      options.refuse("dependence_on",
                     "columns of the cohort; " + vigil::quoted(feature) + " is none",
                     suggestion(feature, known));
    }
  }
}

/// A table of predictions with one feature set to a value.
class DependenceTable {
public:
  DependenceTable(std::vector<double> horizons, bool with_subject)
      : horizons_(std::move(horizons)), with_subject_(with_subject), risk_(horizons_.size()) {}

  /// risk(h): by the h-th horizon.
  template <class Risk>
  void add(const std::string& subject,
           const std::string& feature,
           const std::string& value,
           double score,
           const Risk& risk) {
    if (with_subject_) {
      subject_.push_back(subject);
    }
    feature_.push_back(feature);
    value_.push_back(value);
    score_.push_back(score);
    for (std::size_t horizon = 0; horizon < horizons_.size(); ++horizon) {
      risk_[horizon].push_back(risk(horizon));
    }
  }
  void write(const std::filesystem::path& file) const {
    std::vector<storage::TableColumn> columns;
    if (with_subject_) {
      columns.push_back({"subject", subject_});
    }
    columns.push_back({"feature", feature_});
    columns.push_back({"value", value_});
    columns.push_back({"score", score_});
    for (std::size_t horizon = 0; horizon < horizons_.size(); ++horizon) {
      columns.push_back({"risk@" + number_text(horizons_[horizon]), risk_[horizon]});
    }
    storage::write_table(file, columns);
  }

private:
  std::vector<double> horizons_;
  bool with_subject_;
  std::vector<std::string> subject_, feature_, value_;
  std::vector<double> score_;
  std::vector<std::vector<double>> risk_;
};

/// The value, of a category the level.
std::string value_text(const FeatureDependence& found, std::size_t point) {
  return found.level.empty() ? number_text(found.value[point]) : found.level[point];
}

void add_mean(const FeatureDependence& found, DependenceTable& table) {
  for (std::size_t point = 0; point < found.value.size(); ++point) {
    table.add(
        "", found.feature, value_text(found, point), found.score[point], [&](std::size_t horizon) {
          return found.risk[horizon][point];
        });
  }
}

/// Subject after subject.
void add_individual(const FeatureDependence& found,
                    std::span<const std::string> ids,
                    DependenceTable& table) {
  for (std::size_t subject = 0; subject < ids.size(); ++subject) {
    for (std::size_t point = 0; point < found.value.size(); ++point) {
      const Prediction& prediction = found.individual[point];
      table.add(ids[subject],
                found.feature,
                value_text(found, point),
                prediction.score[subject],
                [&](std::size_t horizon) {
                  return prediction.risk.at_horizon(static_cast<Index>(horizon))[subject];
                });
    }
  }
}

std::string range_text(const FeatureDependence& found) {
  if (found.value.empty()) {
    return found.feature + "  no value";
  }
  const auto [low, high] = std::ranges::minmax(found.score);
  return found.feature + "  score " + fixed_text(low, 2) + " to " + fixed_text(high, 2) + " over " +
         count_text(size_of(found.value)) + " values";
}

void write_dependence(const forest::VotingForest& forest,
                      const Cohort& cohort,
                      const DependenceOptions& wanted,
                      Session& session,
                      const std::filesystem::path& folder) {
  FitContext context{session.scheduler(), session.memory_bytes()};
  const Covariates covariates = cohort.covariates();
  const forest::PartialDependence dependence(forest, covariates, wanted.horizons, context);
  constexpr Index most_by_default = 10;
  const auto features = wanted.features.empty() ? forest::most_cut_features(forest, most_by_default)
                                                : wanted.features;
  DependenceTable mean(wanted.horizons, false), individual(wanted.horizons, true);
  for (const std::string& feature : features) {
    const auto found = dependence.on(feature, wanted.points);
    add_mean(found, mean);
    if (wanted.individual) {
      add_individual(found, cohort.subject_ids(), individual);
    }
    session.log().say("feature   " + range_text(found));
  }
  mean.write(folder / "partial_dependence.tsv");
  if (wanted.individual) {
    individual.write(folder / "individual.tsv");
  }
}

using Neighbours = std::vector<std::vector<forest::Neighbour>>;

/// How many neighbours of a subject are wanted; 0: no --training.
Index read_neighbours(const Options& options) {
  if (options.text("training")) {
    return count_of(options, "neighbours", 20, 1);
  }
  if (options.has("neighbours")) {
    options.refuse("neighbours",
                   "--training COHORT beside it: weights are those of training subjects",
                   "name the cohort that the forest was grown on");
  }
  return 0;
}

/// Subjects of whom no outcome needs to be known: with --training the options of the outcome are those of that cohort.
Cohort open_explained(const Invocation& invocation, bool outcome) {
  auto request = cohort_input(invocation, invocation.argument(1), ByDefault::all_numeric);
  if (!outcome) {
    for (auto* column : {&request.time,
                         &request.event,
                         &request.event_is,
                         &request.outcome,
                         &request.family,
                         &request.cause,
                         &request.follow_up_end,
                         &request.entry,
                         &request.weight}) {
      column->clear();
    }
    request.truncate_at.reset();
  }
  return open_input(invocation.session, request);
}

void write_weights(const Neighbours& neighbours,
                   const Cohort& cohort,
                   const Cohort& training,
                   const std::filesystem::path& folder) {
  std::vector<std::string> subject, training_subject;
  std::vector<double> weight;
  for (std::size_t place = 0; place < neighbours.size(); ++place) {
    for (const auto& neighbour : neighbours[place]) {
      subject.push_back(cohort.subject_ids()[place]);
      training_subject.push_back(training.subject_ids()[at(neighbour.subject)]);
      weight.push_back(neighbour.weight);
    }
  }
  const std::vector<storage::TableColumn> columns{
      {"subject", subject}, {"training_subject", training_subject}, {"weight", weight}};
  storage::write_table(folder / "weights.tsv", columns);
}

/// The training subjects that speak for each subject of the cohort.
void explain_by_neighbours(const Invocation& invocation,
                           const SurvivalForest& forest,
                           const Cohort& cohort,
                           Index most,
                           const std::filesystem::path& folder) {
  auto& session = invocation.session;
  const Cohort training =
      open_input(invocation, *invocation.options.text("training"), ByDefault::all_numeric);
  const TrainingData data = training.data();
  const forest::ForestWeights weights(forest, data, training.weights(), session.scheduler());
  write_weights(
      weights.nearest(cohort.covariates(), most, session.scheduler()), cohort, training, folder);
  session.log().say("weights   of at most " + count_text(most) + " of " +
                    count_text(training.subjects()) + " training subjects for each of " +
                    count_text(cohort.subjects()));
}

/// Of a forest whose outcome is no time: partial dependence alone.
int explain_values(const Invocation& invocation,
                   const Record& record,
                   const DependenceOptions& wanted) {
  auto& session = invocation.session;
  for (const char* key : {"horizons", "training"}) {
    if (invocation.options.has(key)) {
      invocation.options.refuse(
          key, "a survival forest; the outcome of this one is no time", "leave it out");
    }
  }
  const auto forest = forest::RegressionForest::from_record(record);
  const auto folder = session.output_folder("explain-results");
  const Cohort cohort = open_explained(invocation, false);
  check_features(wanted.features,
                 forest::ForestColumns(cohort.covariates(), forest.grown().categories),
                 invocation.options);
  if (forest.status() == FitStatus::undefined) {
    session.log().say("forest    undefined: " + forest.reason());
  }
  write_dependence(forest, cohort, wanted, session, folder);
  session.log().say("written   " + folder.string());
  return 0;
}

int run_explain(const Invocation& invocation) {
  auto& session = invocation.session;
  const auto wanted = read_dependence(invocation.options);
  const Index neighbours = read_neighbours(invocation.options);
  const Record record = storage::read_record(invocation.argument(0));
  refuse_corrected(record, "vigil explain");
  if (record.kind() == forest::RegressionForest::kind) {
    return explain_values(invocation, record, wanted);
  }
  const auto forest = SurvivalForest::from_record(record);
  const auto folder = session.output_folder("explain-results");
  const Cohort cohort = open_explained(invocation, neighbours == 0);
  check_features(wanted.features,
                 forest::ForestColumns(cohort.covariates(), forest.grown().categories),
                 invocation.options);
  if (forest.status() == FitStatus::undefined) {
    session.log().say("forest    undefined: " + forest.reason());
  }
  if (neighbours > 0) {
    explain_by_neighbours(invocation, forest, cohort, neighbours, folder);
  }
  write_dependence(forest, cohort, wanted, session, folder);
  session.log().say("written   " + folder.string());
  return 0;
}

constexpr std::array explain_options{
    OptionSpec{"dependence-on",
               "A,B",
               "features of the partial dependence (default: the 10 that most trees cut)",
               true},
    OptionSpec{"horizons", "H1,H2", "times at which to give risks (default: scores alone)"},
    OptionSpec{"points", "N", "values of a feature at most (default 20)"},
    OptionSpec{"individual", "", "the curve of every subject too"},
    OptionSpec{"training", "COHORT", "what the forest was grown on: forest weights too"},
    OptionSpec{
        "neighbours", "K", "training subjects of largest weight for each subject (default 20)"},
};

} // namespace

const Verb explain_verb{
    .name = "explain",
    .arguments = "MODEL COHORT",
    .least_arguments = 2,
    .most_arguments = 2,
    .summary = "what a forest's predictions depend on",
    .details = "Writes partial_dependence.tsv, with --individual also individual.tsv, with "
               "--training also weights.tsv. The options of the outcome are those of "
               "the --training cohort where it is named.",
    .options = explain_options,
    .reads_cohort = true,
    .run = &run_explain};

} // namespace vigil::app
