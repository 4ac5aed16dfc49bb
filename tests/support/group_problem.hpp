// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/penalized/penalty.hpp"

#include "tests/support/survival_case.hpp"
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <variant>
#include <vector>

namespace vigil::test {

// Groups (seven for 36 markers) that lie across the order of the markers, correlated inside; the last six markers and
// the clinical column, which is not penalized, are in none. Penalty factors between 0.5 and 1.7, markers in different
// units.
struct GroupProblem {
  static constexpr Index subjects = 60;
  Index markers, columns, groups;
  SurvivalCase made;
  Outcome outcome;
  penalized::PenaltyOptions penalty;
  bool standardize;

  GroupProblem(bool gaussian, double share, double l1_ratio, bool standardized, Index markers_ = 36)
      : markers(markers_), columns(markers + 1), groups(markers / 5),
        made(RandomKey(71), subjects, markers, 1),
        outcome(made.survival), penalty{.l1_ratio = l1_ratio, .within_group_share = share},
        standardize(standardized) {
    RandomStream draw(RandomKey(72));
    std::vector<double> value, common(at(groups * subjects));
    for (double& each : common) {
      each = draw.normal();
    }
    for (Index i = 0; i < subjects; ++i) {
      value.push_back(2.0 + static_cast<double>(made.marker_values[at(i)]) +
                      0.7 * static_cast<double>(made.marker_values[at(groups * subjects + i)]) +
                      0.5 * made.clinical[0][at(i)] + draw.normal());
    }
    for (Index marker = 0; marker < markers; ++marker) {
      const double unit = std::pow(1.5, static_cast<double>(marker % 3 - 1));
      for (Index i = 0; i < subjects; ++i) {
        float& cell = made.marker_values[at(marker * subjects + i)];
        const double shared =
            marker < markers - 6 ? common[at(marker % groups * subjects + i)] : 0.0;
        cell = static_cast<float>(unit * (static_cast<double>(cell) + 0.8 * shared));
      }
      penalty.group.push_back(marker < markers - 6 ? 3 * (marker % groups) : no_index);
      penalty.factor.push_back(0.5 + 0.4 * static_cast<double>(marker % 4));
    }
    penalty.group.push_back(no_index);
    penalty.factor.push_back(0.0);
    if (gaussian) {
      outcome = ContinuousOutcome{.value = value, .unit = ""};
    }
  }
  [[nodiscard]] TrainingData data() {
    const TrainingData all = made.data();
    return {.features = all.features,
            .clinical = all.clinical,
            .outcome = outcome,
            .stratum = all.stratum,
            .offset = all.offset,
            .centre = all.centre,
            .group = all.group};
  }
  [[nodiscard]] double raw(Index column, Index subject) const {
    return column < markers
               ? static_cast<double>(made.marker_values[at(column * subjects + subject)])
               : made.clinical[0][at(subject)];
  }
};

// The definition, plainly: columns standardised by loops, risk sets by sorting, accelerated proximal gradient.
class PlainGroups {
public:
  explicit PlainGroups(const GroupProblem& problem)
      : problem_(problem), penalty_(problem.penalty), columns_(problem.columns) {
    for (Index column = 0; column < columns_; ++column) {
      double mean = 0.0, variance = 0.0;
      for (Index i = 0; i < subjects; ++i) {
        mean += problem.raw(column, i) / subjects;
      }
      for (Index i = 0; i < subjects; ++i) {
        variance += std::pow(problem.raw(column, i) - mean, 2.0) / subjects;
      }
      scale_.push_back(problem.standardize ? std::sqrt(variance) : 1.0);
      for (Index i = 0; i < subjects; ++i) {
        x_.push_back((problem.raw(column, i) - mean) / scale_.back());
      }
    }
    std::map<Index, std::vector<Index>> named;
    for (Index column = 0; column < columns_; ++column) {
      if (penalty_.group[at(column)] != no_index) {
        named[penalty_.group[at(column)]].push_back(column);
      }
    }
    for (const auto& [name, members] : named) {
      groups_.push_back(members);
      double sum = 0.0;
      for (const Index column : members) {
        sum += factor(column) * factor(column);
      }
      weight_.push_back(std::sqrt(sum));
    }
    order_.resize(at(subjects));
    std::iota(order_.begin(), order_.end(), Index{0});
    std::sort(order_.begin(), order_.end(), [&](Index left, Index right) {
      return problem.made.survival.time[at(left)] > problem.made.survival.time[at(right)];
    });
  }

  [[nodiscard]] double factor(Index column) const { return penalty_.factor[at(column)]; }
  [[nodiscard]] const std::vector<double>& scale() const { return scale_; }
  [[nodiscard]] bool grouped(Index column) const { return penalty_.group[at(column)] != no_index; }

  // -(1/W) log L and its gradient.
  double smooth(const std::vector<double>& b, std::vector<double>& gradient) const {
    std::vector<double> eta(at(subjects), 0.0), residual(at(subjects), 0.0);
    for (Index column = 0; column < columns_; ++column) {
      for (Index i = 0; i < subjects; ++i) {
        eta[at(i)] += b[at(column)] * x_[at(column * subjects + i)];
      }
    }
    double value = 0.0;
    if (const auto* continuous = std::get_if<ContinuousOutcome>(&problem_.outcome)) {
      const double mean =
          std::accumulate(continuous->value.begin(), continuous->value.end(), 0.0) / subjects;
      for (Index i = 0; i < subjects; ++i) { // columns_ are centred: the intercept is the mean
        residual[at(i)] = continuous->value[at(i)] - mean - eta[at(i)];
        value += residual[at(i)] * residual[at(i)] / 2.0;
      }
    } else {
      const auto& survival = problem_.made.survival;
      double sum = 0.0; // over the risk set; no two times are equal
      std::vector<double> risk;
      for (const Index i : order_) {
        sum += std::exp(eta[at(i)]);
        risk.push_back(sum);
        value += survival.event[at(i)] == 1 ? std::log(sum) - eta[at(i)] : 0.0;
      }
      double hazard = 0.0;
      for (std::size_t place = order_.size(); place-- > 0;) {
        const std::size_t i = at(order_[place]);
        hazard += survival.event[i] == 1 ? 1.0 / risk[place] : 0.0;
        residual[i] = (survival.event[i] == 1 ? 1.0 : 0.0) - std::exp(eta[i]) * hazard;
      }
    }
    gradient.assign(at(columns_), 0.0);
    for (Index column = 0; column < columns_; ++column) {
      for (Index i = 0; i < subjects; ++i) {
        gradient[at(column)] -= residual[at(i)] * x_[at(column * subjects + i)] / subjects;
      }
    }
    return value / subjects;
  }

  [[nodiscard]] double penalty(const std::vector<double>& b, double lambda) const {
    const double t = lambda * penalty_.l1_ratio, m = penalty_.within_group_share;
    double sum = 0.0;
    for (Index column = 0; column < columns_; ++column) {
      const double v = factor(column), value = b[at(column)];
      sum += t * (grouped(column) ? m : 1.0) * v * std::fabs(value) +
             lambda * (1.0 - penalty_.l1_ratio) / 2.0 * v * value * value;
    }
    for (std::size_t group = 0; group < groups_.size(); ++group) {
      sum += t * (1.0 - m) * weight_[group] * norm(b, group);
    }
    return sum;
  }

  // argmin ||x - z||^2 / 2 + step penalty(x); ridge and l1 by column, then the norm by group.
  [[nodiscard]] std::vector<double> prox(std::vector<double> z, double step, double lambda) const {
    const double t = step * lambda * penalty_.l1_ratio, m = penalty_.within_group_share;
    for (Index column = 0; column < columns_; ++column) {
      double& value = z[at(column)];
      const double l1 = t * (grouped(column) ? m : 1.0) * factor(column);
      value = value > l1 ? value - l1 : value < -l1 ? value + l1 : 0.0;
    }
    for (std::size_t group = 0; group < groups_.size(); ++group) {
      const double length = norm(z, group), cut = t * (1.0 - m) * weight_[group];
      for (const Index column : groups_[group]) {
        z[at(column)] *= length > cut ? 1.0 - cut / length : 0.0;
      }
    }
    return z;
  }

  // Least objective at a lambda, and where. The ridge part counts as smooth.
  double minimise(double lambda, std::vector<double>& b) const {
    std::vector<double> ahead(b), gradient;
    double momentum = 1.0, steep = 1.0;
    const auto with_ridge = [&](const std::vector<double>& x, std::vector<double>& g) {
      double value = smooth(x, g);
      for (Index column = 0; column < columns_; ++column) {
        const double l2 = lambda * (1.0 - penalty_.l1_ratio) * factor(column);
        value += l2 * x[at(column)] * x[at(column)] / 2.0;
        g[at(column)] += l2 * x[at(column)];
      }
      return value;
    };
    int still = 0;
    for (int iteration = 0; iteration < 100000 && still < 20; ++iteration) {
      const double value = with_ridge(ahead, gradient);
      std::vector<double> next, ignored;
      for (;;) {
        next = ahead;
        for (std::size_t k = 0; k < next.size(); ++k) {
          next[k] -= gradient[k] / steep;
        }
        next = prox(next, 1.0 / steep, lambda);
        double model = value, squares = 0.0;
        for (std::size_t k = 0; k < next.size(); ++k) {
          const double d = next[k] - ahead[k];
          model += gradient[k] * d + steep / 2.0 * d * d;
          squares += d * d;
        }
        if (squares < 1e-20 || with_ridge(next, ignored) <= model + 1e-15) {
          break;
        }
        steep *= 1.5;
      }
      double turn = 0.0, moved = 0.0, size = 0.0;
      for (std::size_t k = 0; k < next.size(); ++k) {
        turn += (ahead[k] - next[k]) * (next[k] - b[k]);
        moved = std::max(moved, std::fabs(next[k] - b[k]));
        size = std::max(size, std::fabs(next[k]));
      }
      const double grown =
          turn > 0.0 ? 1.0 : (1.0 + std::sqrt(1.0 + 4.0 * momentum * momentum)) / 2.0;
      const double extra = turn > 0.0 ? 0.0 : (momentum - 1.0) / grown;
      for (std::size_t k = 0; k < next.size(); ++k) {
        ahead[k] = next[k] + extra * (next[k] - b[k]);
      }
      momentum = grown;
      b = next;
      still = moved <= 1e-12 * (size + 1e-3) ? still + 1 : 0;
    }
    return smooth(b, gradient) + penalty(b, lambda);
  }

  // Largest violation of the optimality conditions, as docs/methods/penalized_path.md defines it.
  [[nodiscard]] double
  violation(const std::vector<double>& b, double lambda, double largest) const {
    std::vector<double> gradient;
    smooth(b, gradient);
    const double t = lambda * penalty_.l1_ratio, m = penalty_.within_group_share;
    const auto pull = [&](Index column) {
      return -gradient[at(column)] -
             lambda * (1.0 - penalty_.l1_ratio) * factor(column) * b[at(column)];
    };
    double worst = 0.0;
    for (Index column = 0; column < columns_; ++column) {
      if (!grouped(column)) {
        const double l1 = t * factor(column), value = b[at(column)];
        const double off = value > 0.0   ? std::fabs(pull(column) - l1)
                           : value < 0.0 ? std::fabs(pull(column) + l1)
                                         : std::max(0.0, std::fabs(pull(column)) - l1);
        worst = std::max(worst, off / (l1 > 0.0 ? l1 : largest));
      }
    }
    for (std::size_t group = 0; group < groups_.size(); ++group) {
      const double length = norm(b, group), unit = t * (1.0 - m) * weight_[group];
      double squares = 0.0;
      for (const Index column : groups_[group]) {
        const double l1 = t * m * factor(column), value = b[at(column)];
        const double rest = pull(column) - (length > 0.0 ? unit * value / length : 0.0);
        const double off = value > 0.0   ? rest - l1
                           : value < 0.0 ? rest + l1
                                         : std::max(0.0, std::fabs(rest) - l1);
        squares += off * off;
      }
      const double distance = std::sqrt(squares) / unit;
      worst = std::max(worst, length > 0.0 ? distance : distance - 1.0);
    }
    return worst;
  }

private:
  static constexpr Index subjects = GroupProblem::subjects;

  [[nodiscard]] double norm(const std::vector<double>& b, std::size_t group) const {
    double sum = 0.0;
    for (const Index column : groups_[group]) {
      sum += b[at(column)] * b[at(column)];
    }
    return std::sqrt(sum);
  }

  const GroupProblem& problem_;
  const penalized::PenaltyOptions& penalty_;
  Index columns_;
  std::vector<double> scale_, x_, weight_;
  std::vector<std::vector<Index>> groups_;
  std::vector<Index> order_;
};

} // namespace vigil::test
