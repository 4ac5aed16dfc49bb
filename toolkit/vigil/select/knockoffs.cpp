// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/knockoffs.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/learn/model_checks.hpp"
#include "vigil/select/gaussian_knockoffs.hpp"
#include "vigil/select/knockoff_features.hpp"
#include "vigil/select/knockoff_filter.hpp"
#include "vigil/select/score_multipliers.hpp"
#include "vigil/select/shrunk_correlation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <tuple>
#include <utility>

namespace vigil::select {

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

[[noreturn]] void
refuse(std::string where, std::string found, std::string expected, std::string remedy) {
  throw ConfigError({.where = std::move(where),
                     .found = std::move(found),
                     .expected = std::move(expected),
                     .remedy = std::move(remedy),
                     .problem = "cannot make knockoffs"});
}

void check_options(const KnockoffOptions& options, const TrainingData& data) {
  (void)survival_outcome(data.outcome, "knockoffs");
  const auto count = [](const char* where, Index value, Index least, const char* remedy) {
    if (value < least) {
      refuse(where, number_text(value), number_text(least) + " or more", remedy);
    }
  };
  count("copies", options.copies, 1, "use 31");
  count("false selections", options.negatives, 1, "use 1");
  count("folds", options.competition.folds, 2, "use 5");
  count("representatives", options.representatives, 0, "leave the option out: all features");
  if (!(options.level > 0.0 && options.level < 1.0)) {
    refuse("level", number_text(options.level), "a share between 0 and 1", "use 0.1");
  }
  if (!(options.least_share > 0.0 && options.least_share <= 1.0)) {
    refuse("share of the copies",
           number_text(options.least_share),
           "a share above 0, at most 1",
           "use 0.5");
  }
  if (!data.group.empty()) {
    refuse("cohort with groups",
           "several rows of one subject",
           "independent rows",
           "keep one row of each group (--subjects), and leave --group out");
  }
}

/// The outcome of each row moved to another row of its centre and stratum.
SurvivalOutcome
permuted_outcome(const TrainingData& data, const CaseWeights& within, const RandomKey& key) {
  const SurvivalOutcome& from = survival_outcome(data.outcome, "knockoffs");
  SurvivalOutcome to = from;
  const auto rows = within.support();
  const auto order = permuted_rows(exchangeable_rows(data, rows), key);
  for (std::size_t place = 0; place < rows.size(); ++place) {
    const auto row = at(rows[place]), source = at(rows[at(order[place])]);
    to.time[row] = from.time[source];
    to.event[row] = from.event[source];
    if (!from.entry.empty()) {
      to.entry[row] = from.entry[source];
    }
  }
  return to;
}

class KnockoffRun {
public:
  KnockoffRun(const TrainingData& data,
              const CaseWeights& within,
              const KnockoffOptions& options,
              const RandomKey& key,
              FitContext& context)
      : data_(data), within_(within), options_(options), key_(key), context_(context),
        projection_(
            adjusted_projection(data, within, options.competition.impute, context.scheduler)) {}

  Knockoffs run() {
    result_.adjusted = unpenalized_columns(data_.covariates());
    result_.degrees_of_freedom = projection_.degrees_of_freedom();
    if (result_.degrees_of_freedom < 1) {
      result_.undefined_because = "no subject beyond the centres, strata and clinical columns";
      return std::move(result_);
    }
    VaryingFeatures candidates =
        varying_features(data_, within_, options_.competition.impute, context_.scheduler);
    check_number(options_.representatives == 0 ? size_of(candidates.column)
                                               : options_.representatives);
    check_memory(size_of(candidates.column));
    features_ = knockoff_features(data_, within_, projection_, candidates, context_.scheduler);
    if (features_.column.empty()) {
      result_.undefined_because = "no feature that varies given the clinical columns and centres";
      return std::move(result_);
    }
    choose_representatives();
    result_.column = features_.column;
    const auto correlation =
        shrunk_correlation(features_.residuals, rows(), result_.degrees_of_freedom);
    result_.shrinkage = correlation.intensity;
    result_.gap = knockoff_gaps(options_.gaps, correlation.values, size_of(result_.column));
    compete(GaussianKnockoffs(correlation.values, result_.gap));
    return std::move(result_);
  }

private:
  [[nodiscard]] Index rows() const { return size_of(within_.support()); }

  void choose_representatives() {
    if (options_.representatives == 0) {
      return;
    }
    result_.representatives = farthest_first(features_.residuals,
                                             rows(),
                                             static_cast<double>(result_.degrees_of_freedom),
                                             options_.representatives,
                                             context_.scheduler);
    result_.candidate = features_.column;
    features_ = chosen_features(features_, result_.representatives.chosen, rows());
  }

  void check_number(Index features) const {
    const Index most = most_knockoff_features(result_.degrees_of_freedom);
    if (features > most) {
      refuse(
          "features",
          number_text(features),
          "at most " + number_text(most) +
              ", a quarter of the subjects less the columns that are held fixed: correlations of "
              "more cannot be estimated",
          most > 0 ? "add --representatives " + number_text(most) +
                         ", or pass fewer features, chosen without a look at the outcome"
                   : "use more subjects");
    }
  }

  /// Features are held in double, prepared, standardized, and as residuals.
  void check_memory(Index features) const {
    const Index needed = 32 * features * data_.subjects();
    if (needed > context_.memory_bytes) {
      refuse("memory for " + number_text(features) + " features",
             number_text(context_.memory_bytes) + " bytes",
             "at least " + number_text(needed),
             "raise --memory, or pass fewer features, chosen without a look at the outcome");
    }
  }

  /// Features before, knockoffs behind.
  [[nodiscard]] FeatureMatrix with_knockoffs(const GaussianKnockoffs& knockoffs,
                                             const RandomKey& key) const {
    const auto drawn = knockoffs.draw(features_.residuals, projection_, key.child("noise"));
    const Index count = size_of(features_.column), subjects = data_.subjects();
    std::vector<float> values(at(2 * count * subjects), 0.0F);
    std::vector<FeatureInfo> info;
    const auto support = within_.support();
    for (Index place = 0; place < 2 * count; ++place) {
      const bool own = place < count;
      info.push_back({.name = (own ? "feature " : "knockoff ") + number_text(place % count)});
      for (Index row = 0; row < rows(); ++row) {
        const auto cell = at(place % count * rows() + row);
        const double value = own ? features_.values[cell]
                                 : features_.values[cell] - features_.residuals[cell] + drawn[cell];
        values[at(place * subjects + support[at(row)])] = static_cast<float>(value);
      }
    }
    return {resident_source(subjects, 2 * count, std::move(values)), std::move(info)};
  }

  [[nodiscard]] ClinicalBlock clinical_columns() const {
    const auto listed = result_.adjusted;
    const auto raw = raw_columns(data_.covariates(), listed, context_.scheduler);
    ClinicalBlock block(data_.subjects());
    for (Index place = 0; place < size_of(listed); ++place) {
      const auto from = raw.begin() + place * data_.subjects();
      block.add(data_.covariates().info(listed[at(place)]), {from, from + data_.subjects()});
    }
    return block;
  }

  void compete(const GaussianKnockoffs& knockoffs) {
    const ClinicalBlock clinical = clinical_columns();
    const Outcome permuted = permuted_outcome(data_, within_, key_.child("null"));
    const Index sides = options_.null_check ? 2 : 1;
    std::vector<KnockoffCompetition> results(at(options_.copies * sides));
    context_.scheduler.for_each(options_.copies, [&](Index copy, Index) {
      const RandomKey key = key_.child(copy);
      const FeatureMatrix features = with_knockoffs(knockoffs, key);
      for (Index side = 0; side < sides; ++side) {
        const TrainingData both{.features = features,
                                .clinical = clinical,
                                .outcome = side == 0 ? data_.outcome : permuted,
                                .stratum = data_.stratum,
                                .offset = data_.offset,
                                .centre = data_.centre};
        results[at(side * options_.copies + copy)] =
            knockoff_competition(both, within_, options_.competition, key, context_);
      }
    });
    const auto of_side = [&](Index side) {
      return std::span(results).subspan(at(side * options_.copies), at(options_.copies));
    };
    result_.undefined_because = of_side(0).front().undefined_because;
    if (!result_.undefined()) {
      result_.verdict = knockoff_verdict(of_side(0), options_);
      if (options_.null_check) {
        result_.null_check = knockoff_verdict(of_side(1), options_);
      }
    }
  }

  const TrainingData& data_;
  const CaseWeights& within_;
  const KnockoffOptions& options_;
  RandomKey key_;
  FitContext& context_;
  ResidualProjection projection_;
  KnockoffFeatures features_;
  Knockoffs result_;
};

} // namespace

Index KnockoffVerdict::count_selected() const {
  return std::count(selected.begin(), selected.end(), true);
}

std::vector<Index> Knockoffs::order() const {
  std::vector<Index> places(column.size());
  std::iota(places.begin(), places.end(), Index{0});
  if (!undefined()) {
    const auto rank = [&](Index place) {
      const double e = verdict.e_value[at(place)];
      return std::tuple(
          e == e ? -e : 0.0, -verdict.frequency[at(place)], -verdict.statistic[at(place)], place);
    };
    std::sort(places.begin(), places.end(), [&](Index left, Index right) {
      return rank(left) < rank(right);
    });
  }
  return places;
}

KnockoffVerdict knockoff_verdict(std::span<const KnockoffCompetition> copies,
                                 const KnockoffOptions& options) {
  VIGIL_EXPECTS(!copies.empty());
  const bool by_rate = options.control == KnockoffControl::false_discovery_rate;
  const std::size_t features = copies.front().statistic.size();
  const auto number = static_cast<double>(copies.size());
  std::vector<double> times(features, 0.0), e_sum(features, 0.0), sum(features, 0.0);
  KnockoffVerdict verdict;
  for (const KnockoffCompetition& copy : copies) {
    const double threshold = by_rate
                                 ? knockoff_threshold(copy.statistic, options.copy_level(), 1)
                                 : knockoff_threshold_by_count(copy.statistic, options.negatives);
    const auto e = knockoff_e_values(copy.statistic, threshold);
    Index selected = 0;
    for (std::size_t feature = 0; feature < features; ++feature) {
      const bool taken = copy.statistic[feature] >= threshold;
      selected += taken ? 1 : 0;
      times[feature] += taken ? 1.0 : 0.0;
      e_sum[feature] += e[feature];
      sum[feature] += copy.statistic[feature];
    }
    verdict.copies.push_back({copy.lambda, threshold, selected});
  }
  std::vector<double> e_value;
  for (std::size_t feature = 0; feature < features; ++feature) {
    verdict.statistic.push_back(sum[feature] / number);
    verdict.frequency.push_back(times[feature] / number);
    e_value.push_back(e_sum[feature] / number);
    verdict.selected.push_back(times[feature] >= options.least_share * number * (1.0 - 1e-12));
  }
  if (by_rate) {
    verdict.selected = e_benjamini_hochberg(e_value, options.level);
    verdict.e_value = std::move(e_value);
  } else {
    verdict.e_value.assign(features, not_a_number);
  }
  return verdict;
}

Knockoffs knockoffs(const TrainingData& data,
                    const CaseWeights& within,
                    const KnockoffOptions& options,
                    const RandomKey& key,
                    FitContext& context) {
  check_options(options, data);
  return KnockoffRun(data, within, options, key.child("knockoffs"), context).run();
}

} // namespace vigil::select
