// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/simulate/survival_design.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/random.hpp"
#include "vigil/base/text.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

namespace vigil::simulate {

namespace {

constexpr Index block_width = 50;

void refuse(bool bad, const char* option, const std::string& found, const char* expected) {
  if (bad) {
    throw ConfigError({.where = option,
                       .found = found,
                       .expected = expected,
                       .remedy = std::string("change ") + option,
                       .problem = "cannot simulate this design"});
  }
}

void check(const SurvivalDesign& design) {
  refuse(design.subjects < 2, "-n", number_text(design.subjects), "at least 2 subjects");
  refuse(design.features < 1, "-p", number_text(design.features), "at least 1 feature");
  refuse(
      !(design.rho >= 0.0 && design.rho < 1.0), "--rho", number_text(design.rho), "0 <= rho < 1");
  refuse(design.true_features < 0 || design.true_features > design.features,
         "--true",
         number_text(design.true_features),
         "0 to the number of features");
  refuse(!(design.censoring >= 0.0 && design.censoring < 1.0),
         "--censoring",
         number_text(design.censoring),
         "0 <= censoring < 1");
}

struct Scaling {
  double shift, scale;
};

Scaling scaling_of(const RandomKey& key, Index feature) {
  RandomStream stream(key.child("scaling").child(feature));
  const double scale = 0.5 + 1.5 * stream.uniform();
  return {.shift = -3.0 + 6.0 * stream.uniform(), .scale = scale};
}

/// Standardised columns z of one block, its first `columns` features, one after another.
std::vector<double> standard_block(const SurvivalDesign& design, Index block, Index columns) {
  const RandomKey key = RandomKey(design.seed).child("feature");
  const Index n = design.subjects;
  const double fresh = std::sqrt(1.0 - design.rho * design.rho);
  std::vector<double> z(at(n * columns));
  for (Index column = 0; column < columns; ++column) {
    RandomStream stream(key.child(block * block_width + column));
    for (Index subject = 0; subject < n; ++subject) {
      const double e = stream.normal();
      z[at(column * n + subject)] =
          column == 0 ? e : design.rho * z[at((column - 1) * n + subject)] + fresh * e;
    }
  }
  return z;
}

class SimulatedSource final : public FeatureSource {
public:
  explicit SimulatedSource(const SurvivalDesign& design) : design_(design) {}
  [[nodiscard]] Index subjects() const noexcept override { return design_.subjects; }
  [[nodiscard]] Index features() const noexcept override { return design_.features; }
  [[nodiscard]] Index block_features() const noexcept override { return block_width; }
  void pass(Scheduler& scheduler,
            std::span<const Index> listed,
            const BlockVisit& visit) const override {
    scheduler.for_each(size_of(listed), [&](Index task, Index worker) {
      visit(make_block(listed[at(task)]), worker);
    });
  }

private:
  [[nodiscard]] ColumnBlock make_block(Index block) const {
    const Index first = block * block_width;
    const Index columns = std::min(block_width, design_.features - first);
    const std::vector<double> z = standard_block(design_, block, columns);
    const auto values = std::make_shared<std::vector<float>>(z.size());
    for (Index column = 0; column < columns; ++column) {
      const Scaling scaling = scaling_of(RandomKey(design_.seed), first + column);
      for (Index i = column * subjects(); i < (column + 1) * subjects(); ++i) {
        (*values)[at(i)] = static_cast<float>(scaling.shift + scaling.scale * z[at(i)]);
      }
    }
    return {first, columns, std::span<const float>(*values), values};
  }
  SurvivalDesign design_;
};

struct TrueFeature {
  Index feature;
  double effect; ///< per standard deviation
};

std::vector<TrueFeature> true_features(const SurvivalDesign& design) {
  RandomStream stream(RandomKey(design.seed).child("true"));
  std::vector<Index> drawn;
  // Floyd 1987: a uniform subset in as many draws as it has members.
  for (Index last = design.features - design.true_features; last < design.features; ++last) {
    const Index candidate = stream.index_below(last + 1);
    const bool taken = std::find(drawn.begin(), drawn.end(), candidate) != drawn.end();
    drawn.push_back(taken ? last : candidate);
  }
  std::sort(drawn.begin(), drawn.end());
  std::vector<TrueFeature> result;
  for (const Index feature : drawn) {
    const double size = 0.25 + 0.35 * stream.uniform();
    result.push_back({feature, stream.uniform() < 0.5 ? -size : size});
  }
  return result;
}

std::vector<double> linear_predictor(const SurvivalDesign& design,
                                     std::span<const TrueFeature> chosen,
                                     Scheduler& scheduler) {
  std::map<Index, std::vector<TrueFeature>> by_block;
  for (const TrueFeature& one : chosen) {
    by_block[one.feature / block_width].push_back(one);
  }
  const std::vector<std::pair<Index, std::vector<TrueFeature>>> blocks(by_block.begin(),
                                                                       by_block.end());
  const Index n = design.subjects;
  std::vector<std::vector<double>> part(blocks.size(), std::vector<double>(at(n), 0.0));
  scheduler.for_each(size_of(blocks), [&](Index task, Index) {
    const auto& [block, features] = blocks[at(task)];
    const Index first = block * block_width;
    const auto z = standard_block(design, block, features.back().feature - first + 1);
    for (const TrueFeature& one : features) {
      for (Index subject = 0; subject < n; ++subject) {
        part[at(task)][at(subject)] += one.effect * z[at((one.feature - first) * n + subject)];
      }
    }
  });
  std::vector<double> eta(at(n), 0.0);
  for (const std::vector<double>& terms : part) {
    for (Index subject = 0; subject < n; ++subject) {
      eta[at(subject)] += terms[at(subject)];
    }
  }
  return eta;
}

/// Variance of the linear predictor: sum of b_j b_k rho^|j - k| over pairs of one block.
double predictor_variance(double rho, std::span<const TrueFeature> chosen) {
  double variance = 0.0;
  for (const TrueFeature& one : chosen) {
    for (const TrueFeature& other : chosen) {
      if (one.feature / block_width == other.feature / block_width) {
        const auto gap = static_cast<double>(std::abs(one.feature - other.feature));
        variance += one.effect * other.effect * std::pow(rho, gap);
      }
    }
  }
  return variance;
}

/// Expected share censored when censoring times have mean `mean`: the normal expectation of
/// 1 / (1 + mean exp(eta)) by the trapezoid rule on +-9 SD, exact to rounding for such smooth integrands.
double expected_censoring(double mean, double sd) {
  constexpr Index steps = 720;
  double total = 0.0, weight = 0.0;
  for (Index step = 0; step <= steps; ++step) {
    const double u = -9.0 + 18.0 * static_cast<double>(step) / static_cast<double>(steps);
    const double density = std::exp(-0.5 * u * u);
    weight += density;
    total += density / (1.0 + mean * std::exp(sd * u));
  }
  return total / weight;
}

double mean_censoring_time(double censoring, double sd) {
  if (censoring == 0.0) {
    return std::numeric_limits<double>::infinity();
  }
  double low = -40.0, high = 40.0; // of log(mean); the share falls with the mean
  for (int halving = 0; halving < 80; ++halving) {
    const double middle = 0.5 * (low + high);
    (expected_censoring(std::exp(middle), sd) > censoring ? low : high) = middle;
  }
  return std::exp(0.5 * (low + high));
}

SurvivalOutcome
draw_outcome(const SurvivalDesign& design, std::span<const double> eta, double mean_censored) {
  const RandomKey key = RandomKey(design.seed).child("time");
  SurvivalOutcome outcome;
  for (Index subject = 0; subject < design.subjects; ++subject) {
    RandomStream stream(key.child(subject));
    const double event = stream.exponential() * std::exp(-eta[at(subject)]);
    const double waiting = stream.exponential();
    const double censored = std::isinf(mean_censored) ? mean_censored : waiting * mean_censored;
    outcome.time.push_back(std::max(std::min(event, censored), std::numeric_limits<double>::min()));
    outcome.event.push_back(event <= censored ? 1 : 0);
  }
  return outcome;
}

} // namespace

std::shared_ptr<const FeatureSource> simulated_features(const SurvivalDesign& design) {
  check(design);
  return std::make_shared<const SimulatedSource>(design);
}

SimulatedSurvival simulate_survival(const SurvivalDesign& design, Scheduler& scheduler) {
  check(design);
  const std::vector<TrueFeature> chosen = true_features(design);
  const std::vector<double> eta = linear_predictor(design, chosen, scheduler);
  const double sd = std::sqrt(predictor_variance(design.rho, chosen));
  std::vector<std::string> ids;
  std::vector<FeatureInfo> info;
  for (Index subject = 0; subject < design.subjects; ++subject) {
    ids.push_back("S" + number_text(subject + 1));
  }
  for (Index feature = 0; feature < design.features; ++feature) {
    info.push_back({.name = "F" + number_text(feature + 1)});
  }
  std::vector<double> coefficient(at(design.features), 0.0);
  for (const TrueFeature& one : chosen) {
    coefficient[at(one.feature)] =
        one.effect / scaling_of(RandomKey(design.seed), one.feature).scale;
  }
  return {.parts = {.subject_ids = std::move(ids),
                    .features = FeatureMatrix(simulated_features(design), std::move(info)),
                    .clinical = ClinicalBlock(design.subjects),
                    .outcome = draw_outcome(design, eta, mean_censoring_time(design.censoring, sd)),
                    .time_name = "time",
                    .event_name = "event"},
          .true_coefficient = std::move(coefficient)};
}

} // namespace vigil::simulate
