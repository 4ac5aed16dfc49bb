// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Ridge with more columns than subjects beside plain Newton in all columns, written here from the definition.
#include "vigil/penalized/fit_paths.hpp"

#include <gtest/gtest.h>

#include "tests/support/plain_solution.hpp"
#include "tests/support/survival_case.hpp"
#include <algorithm>
#include <cmath>
#include <string>
#include <variant>
#include <vector>

namespace vigil::penalized {
namespace {

enum class Family { cox, gaussian, binomial, poisson };

struct Setting {
  std::string name;
  Family family = Family::cox;
  survival::Ties ties = survival::Ties::breslow;
  bool ties_in_time = false, entry = false, strata = false, weights = false, offset = false;
  bool factors = false;    ///< different from 1, some 0, one clinical column penalized
  bool degenerate = false; ///< missing cells, a constant column, equal columns
  bool foreign = false;    ///< preparation of other weights, as of a bootstrap refit
  bool standardize = true;
};

std::ostream& operator<<(std::ostream& out, const Setting& setting) {
  return out << setting.name;
}

constexpr Index subjects = 45, markers = 60, clinical = 2, columns = markers + clinical;

struct Problem {
  Setting setting;
  test::SurvivalCase made;
  Outcome outcome;
  CaseWeights weights = CaseWeights::ones(subjects);
  PenaltyOptions penalty;

  explicit Problem(const Setting& drawn)
      : setting(drawn), made(RandomKey(71).child(drawn.name), subjects, markers, clinical) {
    RandomStream draw(RandomKey(72).child(setting.name));
    std::vector<double> sampling, value, count;
    std::vector<std::uint32_t> times;
    std::vector<std::uint8_t> label;
    for (Index i = 0; i < subjects; ++i) {
      const double eta = static_cast<double>(made.marker_values[at(i)]) + made.clinical[0][at(i)];
      double& time = made.survival.time[at(i)];
      time = setting.ties_in_time ? std::ceil(6.0 * time) / 6.0 : time;
      if (setting.entry) {
        made.survival.entry.push_back(0.6 * time * draw.uniform());
      }
      if (setting.strata) {
        made.stratum.push_back(draw.index_below(2));
      }
      if (setting.offset) {
        made.offset.push_back(0.4 * draw.normal());
      }
      times.push_back(setting.weights && i % 3 == 0 ? static_cast<std::uint32_t>(i % 2 * 2) : 1U);
      sampling.push_back(setting.weights ? 0.3 + draw.exponential() : 1.0);
      value.push_back(3.0 + eta + draw.normal());
      label.push_back(draw.uniform() < 1.0 / (1.0 + std::exp(-eta)) ? 1 : 0);
      count.push_back(std::floor(std::exp(0.5 * eta) * draw.exponential() + 0.5));
    }
    for (Index j = 0; j < markers; ++j) {
      for (Index i = 0; i < subjects; ++i) {
        float& cell = made.marker_values[at(j * subjects + i)];
        cell = static_cast<float>(1 + j % 4) * cell + static_cast<float>(j % 3);
        if (setting.degenerate) {
          cell = j == 5 ? 2.0F : j == 8 ? made.marker_values[at(7 * subjects + i)] : cell;
          cell = j % 6 == 3 && i % 7 == 2 ? std::nanf("") : cell;
        }
      }
    }
    for (Index j = 0; j < columns && setting.factors; ++j) {
      penalty.factor.push_back(j == 4 || j == columns - 1 ? 0.0 : j % 3 == 0 ? 0.4 : 1.7);
    }
    penalty.l1_ratio = 0.0;
    penalty.ties = setting.ties;
    weights = weights.with_times(times).with_sampling(sampling);
    outcome = setting.family == Family::gaussian   ? Outcome(ContinuousOutcome{value, ""})
              : setting.family == Family::binomial ? Outcome(BinaryOutcome{label})
              : setting.family == Family::poisson  ? Outcome(CountOutcome{count})
                                                   : Outcome(made.survival);
  }
  [[nodiscard]] TrainingData data() {
    const TrainingData parts = made.data();
    return {.features = parts.features,
            .clinical = parts.clinical,
            .outcome = outcome,
            .stratum = parts.stratum,
            .offset = parts.offset};
  }
  [[nodiscard]] double raw(Index column, Index subject) const {
    return column < markers
               ? static_cast<double>(made.marker_values[at(column * subjects + subject)])
               : made.clinical[at(column - markers)][at(subject)];
  }
};

// Residual and minus the second derivative (subjects x subjects) of log L by the linear predictor, offset included.
struct Derivatives {
  std::vector<double> residual = std::vector<double>(at(subjects), 0.0);
  std::vector<double> information = std::vector<double>(at(subjects * subjects), 0.0);

  Derivatives(const Problem& problem, const std::vector<double>& eta) {
    for (Index i = 0; i < subjects; ++i) {
      const double weight = problem.weights[i];
      double mean = 0.0, variance = 0.0, observed = 0.0;
      if (const auto* continuous = std::get_if<ContinuousOutcome>(&problem.outcome)) {
        mean = eta[at(i)], variance = 1.0, observed = continuous->value[at(i)];
      } else if (const auto* binary = std::get_if<BinaryOutcome>(&problem.outcome)) {
        mean = 1.0 / (1.0 + std::exp(-eta[at(i)])), variance = mean * (1.0 - mean);
        observed = binary->label[at(i)];
      } else if (const auto* counts = std::get_if<CountOutcome>(&problem.outcome)) {
        mean = std::exp(eta[at(i)]), variance = mean, observed = counts->count[at(i)];
      } else {
        if (problem.made.survival.event[at(i)] == 1 && weight > 0.0) {
          add_event(problem, i, eta);
        }
        continue;
      }
      residual[at(i)] = weight * (observed - mean);
      information[at(i * subjects + i)] = weight * variance;
    }
  }

private:
  // One event with its share of the tie's denominators.
  void add_event(const Problem& problem, Index i, const std::vector<double>& eta) {
    const SurvivalOutcome& outcome = problem.made.survival;
    const auto stratum = [&](Index j) {
      return problem.made.stratum.empty() ? 0 : problem.made.stratum[at(j)];
    };
    const double t = outcome.time[at(i)];
    std::vector<Index> risk_set;
    std::vector<bool> tied;
    double copies = 0.0;
    for (Index j = 0; j < subjects; ++j) {
      const double entry = outcome.entry.empty() ? 0.0 : outcome.entry[at(j)];
      if (problem.weights[j] > 0.0 && stratum(j) == stratum(i) && entry < t &&
          outcome.time[at(j)] >= t) {
        risk_set.push_back(j);
        tied.push_back(outcome.time[at(j)] == t && outcome.event[at(j)] == 1);
        copies += tied.back() ? problem.weights.times(j) : 0;
      }
    }
    const double steps = problem.setting.ties == survival::Ties::efron ? copies : 1.0;
    residual[at(i)] += problem.weights[i];
    for (double step = 0.0; step < steps; step += 1.0) {
      std::vector<double> share;
      double sum = 0.0;
      for (std::size_t k = 0; k < risk_set.size(); ++k) {
        share.push_back((tied[k] ? 1.0 - step / steps : 1.0) * problem.weights[risk_set[k]] *
                        std::exp(eta[at(risk_set[k])]));
        sum += share.back();
      }
      const double d = problem.weights[i] / steps;
      for (std::size_t k = 0; k < risk_set.size(); ++k) {
        residual[at(risk_set[k])] -= d * share[k] / sum;
        information[at(risk_set[k] * (subjects + 1))] += d * share[k] / sum;
        for (std::size_t l = 0; l < risk_set.size(); ++l) {
          information[at(risk_set[k] * subjects + risk_set[l])] -=
              d * share[k] / sum * share[l] / sum;
        }
      }
    }
  }
};

// Prepared and centred columns that are kept, and a column of ones where there is an intercept.
struct Plain {
  const Problem& problem;
  std::vector<Index> column;
  std::vector<double> factor, scale;
  std::vector<std::vector<double>> x;

  Plain(const Problem& from, const Preparation& preparation, const std::vector<double>& factors)
      : problem(from) {
    for (Index j = 0; j < columns; ++j) {
      if (factors[at(j)] < 0.0) {
        continue;
      }
      std::vector<double> value;
      double mean = 0.0;
      for (Index i = 0; i < subjects; ++i) {
        value.push_back(preparation.apply(j, problem.raw(j, i)));
        mean += problem.weights[i] * value.back() / problem.weights.total();
      }
      for (double& each : value) {
        each -= mean;
      }
      column.push_back(j);
      factor.push_back(factors[at(j)]);
      scale.push_back(preparation.column(j).scale);
      x.push_back(value);
    }
    if (problem.setting.family != Family::cox) {
      column.push_back(columns);
      factor.push_back(0.0);
      scale.push_back(1.0);
      x.emplace_back(at(subjects), 1.0);
    }
  }
  [[nodiscard]] std::size_t size() const { return column.size(); }
  [[nodiscard]] Derivatives derivatives(const std::vector<double>& b) const {
    std::vector<double> eta(at(subjects), 0.0);
    for (Index i = 0; i < subjects; ++i) {
      eta[at(i)] = problem.made.offset.empty() ? 0.0 : problem.made.offset[at(i)];
      for (std::size_t j = 0; j < size(); ++j) {
        eta[at(i)] += b[j] * x[j][at(i)];
      }
    }
    return {problem, eta};
  }
  // Gradient of (1/W) log L less that of the penalty.
  [[nodiscard]] std::vector<double>
  force(const Derivatives& point, const std::vector<double>& b, double lambda) const {
    std::vector<double> result;
    for (std::size_t j = 0; j < size(); ++j) {
      double sum = 0.0;
      for (Index i = 0; i < subjects; ++i) {
        sum += x[j][at(i)] * point.residual[at(i)];
      }
      result.push_back(sum / problem.weights.total() - lambda * factor[j] * b[j]);
    }
    return result;
  }
  // Whole Newton steps from b, until nothing moves.
  [[nodiscard]] std::vector<double> newton(std::vector<double> b, double lambda) const {
    for (int step = 0; step < 25; ++step) {
      const Derivatives point = derivatives(b);
      std::vector<double> matrix(size() * size(), 0.0);
      for (std::size_t k = 0; k < size(); ++k) {
        std::vector<double> product(at(subjects), 0.0);
        for (Index i = 0; i < subjects * subjects; ++i) {
          product[at(i % subjects)] += point.information[at(i)] * x[k][at(i / subjects)];
        }
        for (std::size_t j = 0; j < size(); ++j) {
          for (Index i = 0; i < subjects; ++i) {
            matrix[j * size() + k] += x[j][at(i)] * product[at(i)] / problem.weights.total();
          }
        }
        matrix[k * size() + k] += lambda * factor[k];
      }
      const auto change = test::solution(matrix, force(point, b, lambda));
      double largest = 0.0;
      for (std::size_t j = 0; j < size(); ++j) {
        b[j] += change[j];
        largest = std::max(largest, std::fabs(change[j]));
      }
      if (largest < 1e-13) {
        break;
      }
    }
    return b;
  }
};

class EveryRidge : public testing::TestWithParam<Setting> {};

TEST_P(EveryRidge, IsPlainNewtonInAllColumns) {
  Problem problem(GetParam());
  const TrainingData data = problem.data();
  Scheduler scheduler(2);
  FitContext context{scheduler};
  const CaseWeights prepared_by =
      problem.setting.foreign ? CaseWeights::ones(subjects) : problem.weights;
  const auto preparations = fit_preparations(
      data, {&prepared_by, 1}, {.standardize = problem.setting.standardize}, scheduler);
  const FitItem item{problem.weights, preparations[0], RandomKey(1)};
  const auto factors = penalty_factors(problem.penalty, data, preparations[0]);
  const PathFit path = fit_paths(
      {data, {&item, 1}}, problem.penalty, {.points = 6, .smallest_fraction = 2e-3}, context)[0];
  ASSERT_GT(path.points(), 2);
  const Plain plain(problem, preparations[0], factors);
  std::vector<double> expected(plain.size(), 0.0);
  for (Index point = 0; point < path.points(); ++point) {
    const double lambda = path.lambda[at(point)];
    expected = plain.newton(expected, lambda);
    std::vector<double> b(plain.size(), 0.0);
    const auto features = path.coefficients.features_at(point);
    const auto values = path.coefficients.values_at(point);
    for (std::size_t j = 0; j < plain.size(); ++j) {
      if (plain.column[j] == columns) { // the intercept at the centres of the columns
        b[j] = path.intercept[at(point)];
        for (std::size_t k = 0; k < features.size(); ++k) {
          b[j] += values[k] * preparations[0].column(features[k]).centre;
        }
      } else {
        const auto found = std::lower_bound(features.begin(), features.end(), plain.column[j]);
        ASSERT_TRUE(found != features.end() && *found == plain.column[j]);
        b[j] = values[at(found - features.begin())] * plain.scale[j];
      }
      // Newton's last step is below 1e-13; the engine grants 1e-13 of the largest lambda over lambda >= 2e-3 of it
      EXPECT_NEAR(b[j], expected[j], 1e-8 * (1.0 + std::fabs(expected[j])))
          << "point " << point << ", column " << plain.column[j];
    }
    double worst = 0.0;
    for (const double force : plain.force(plain.derivatives(b), b, lambda)) {
      worst = std::max(worst, std::fabs(force) / path.largest_lambda);
    }
    // sums of 45 terms against a largest lambda of 1000 gradients
    EXPECT_LE(worst, path.kkt_violation[at(point)] + 1e-16) << "point " << point;
    EXPECT_LT(path.kkt_violation[at(point)], 1e-10) << "point " << point;
    EXPECT_EQ(path.status[at(point)], FitStatus::converged);
  }
}

constexpr auto efron = survival::Ties::efron;

INSTANTIATE_TEST_SUITE_P(
    Settings,
    EveryRidge,
    testing::Values(Setting{.name = "cox"},
                    Setting{.name = "cox_ties", .ties_in_time = true, .offset = true},
                    Setting{.name = "cox_efron",
                            .ties = efron,
                            .ties_in_time = true,
                            .strata = true,
                            .weights = true,
                            .offset = true,
                            .factors = true},
                    Setting{.name = "cox_entry",
                            .ties_in_time = true,
                            .entry = true,
                            .factors = true,
                            .degenerate = true},
                    Setting{
                        .name = "cox_foreign", .weights = true, .factors = true, .foreign = true},
                    Setting{.name = "cox_raw", .weights = true, .standardize = false},
                    Setting{.name = "gaussian", .family = Family::gaussian},
                    Setting{.name = "gaussian_all",
                            .family = Family::gaussian,
                            .weights = true,
                            .offset = true,
                            .factors = true,
                            .degenerate = true,
                            .standardize = false},
                    Setting{.name = "binomial",
                            .family = Family::binomial,
                            .weights = true,
                            .factors = true,
                            .degenerate = true},
                    Setting{.name = "poisson",
                            .family = Family::poisson,
                            .weights = true,
                            .offset = true,
                            .factors = true}),
    [](const testing::TestParamInfo<Setting>& setting) { return setting.param.name; });

} // namespace
} // namespace vigil::penalized
