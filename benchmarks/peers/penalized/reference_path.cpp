// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/peers/penalized/reference_path.hpp"

#include "vigil/numeric/factor.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace vigil::peers {

namespace {

double product(std::span<const double> a, std::span<const double> b) {
  std::array<double, 8> lanes{};
  std::size_t i = 0;
  for (; i + 8 <= a.size(); i += 8) {
    for (std::size_t lane = 0; lane < 8; ++lane) {
      lanes[lane] += a[i + lane] * b[i + lane];
    }
  }
  double total = 0.0;
  for (const double lane : lanes) {
    total += lane;
  }
  for (; i < a.size(); ++i) {
    total += a[i] * b[i];
  }
  return total;
}

double sign_of(double value) {
  return value < 0.0 ? -1.0 : 1.0;
}

/// The selected features as a smooth problem: their signs do not change within it.
struct Selected {
  std::vector<Index> feature;
  std::vector<double> value, sign;

  void drop(std::size_t place) {
    const auto gone = static_cast<std::ptrdiff_t>(place);
    feature.erase(feature.begin() + gone);
    value.erase(value.begin() + gone);
    sign.erase(sign.begin() + gone);
  }
  [[nodiscard]] Coefficients coefficients() const {
    Coefficients b;
    for (std::size_t place = 0; place < feature.size(); ++place) {
      b[feature[place]] = value[place];
    }
    return b;
  }
};

/// Newton direction and its decrement (squared length in the metric).
struct Step {
  std::vector<double> direction;
  double decrement = 0.0;
};

Step newton_step(const Problem& problem, const Selected& selected) {
  const Index n = problem.columns.subjects();
  const auto k = static_cast<Index>(selected.feature.size());
  const auto eta = problem.predictor(selected.coefficients());
  const auto here = problem.loss.evaluate(eta);
  std::vector<double> columns;
  columns.reserve(at(n * k));
  Step step;
  const double l1 = problem.lambda * problem.l1_ratio,
               l2 = problem.lambda * (1.0 - problem.l1_ratio);
  for (std::size_t place = 0; place < selected.feature.size(); ++place) {
    const auto column = problem.columns.column(selected.feature[place]);
    columns.insert(columns.end(), column.begin(), column.end());
    step.direction.push_back(product(column, here.residual) / static_cast<double>(n) -
                             l1 * selected.sign[place] - l2 * selected.value[place]);
  }
  auto metric = problem.loss.curvature(eta, columns);
  for (Index j = 0; j < k; ++j) {
    metric[at(j * k + j)] += l2;
  }
  const auto downhill = step.direction;
  CholeskyFactor(metric, k, 1e-13).solve(step.direction);
  step.decrement = product(downhill, step.direction);
  return step;
}

/// Largest part of the step, at most 1, that keeps all signs; `gone` is the feature that stops it, or -1.
struct Reach {
  double part = 1.0;
  Index gone = no_index;
};

Reach reach_of(const Selected& selected, const Step& step) {
  Reach reach;
  for (std::size_t place = 0; place < selected.value.size(); ++place) {
    if (step.direction[place] * selected.sign[place] < 0.0) {
      const double part = -selected.value[place] / step.direction[place];
      if (part < reach.part) {
        reach = {part, static_cast<Index>(place)};
      }
    }
  }
  return reach;
}

Selected moved(const Selected& selected, const Step& step, const Reach& reach) {
  Selected result = selected;
  for (std::size_t place = 0; place < result.value.size(); ++place) {
    result.value[place] += reach.part * step.direction[place];
  }
  if (reach.gone != no_index) {
    result.drop(at(reach.gone));
  }
  return result;
}

/// The optimum on the selected features, which may become fewer.
Selected minimise(const Problem& problem, Selected selected) {
  constexpr int most_steps = 2000;
  double objective = problem.objective(selected.coefficients());
  for (int number = 0; number < most_steps && !selected.feature.empty(); ++number) {
    const Step step = newton_step(problem, selected);
    if (step.decrement <= 1e-15 * (objective - problem.loss.saturated())) {
      break;
    }
    Reach reach = reach_of(selected, step);
    Selected next = moved(selected, step, reach);
    double there = problem.objective(next.coefficients());
    while (there > objective && reach.part > 1e-12) {
      reach = {0.5 * reach.part, no_index};
      next = moved(selected, step, reach);
      there = problem.objective(next.coefficients());
    }
    if (there > objective) {
      break; // rounding decides: no better point can be told
    }
    selected = std::move(next);
    objective = there;
  }
  return selected;
}

/// Features outside that violate the conditions, worst first, at most `most`; they join with the sign of the gradient.
bool add_violators(const Problem& problem, Selected& selected, std::size_t most) {
  const double n = static_cast<double>(problem.columns.subjects());
  const double limit = problem.lambda * problem.l1_ratio * (1.0 + 1e-11);
  const auto residual = problem.loss.evaluate(problem.predictor(selected.coefficients())).residual;
  const auto gradient = problem.columns.products(residual);
  std::vector<std::pair<double, Index>> violators;
  for (Index feature = 0; feature < problem.columns.features(); ++feature) {
    const double size = std::fabs(gradient[at(feature)]) / n;
    if (size > limit && std::find(selected.feature.begin(), selected.feature.end(), feature) ==
                            selected.feature.end()) {
      violators.push_back({-size, feature});
    }
  }
  std::sort(violators.begin(), violators.end());
  violators.resize(std::min(most, violators.size()));
  for (const auto& violator : violators) {
    selected.feature.push_back(violator.second);
    selected.value.push_back(0.0);
    selected.sign.push_back(sign_of(gradient[at(violator.second)]));
  }
  return !violators.empty();
}

} // namespace

StandardColumns::StandardColumns(std::vector<double> raw, Index subjects)
    : subjects_(subjects), values_(std::move(raw)) {
  const double n = static_cast<double>(subjects);
  for (Index first = 0; first < size_of(values_); first += subjects) {
    const std::span<double> column = std::span(values_).subspan(at(first), at(subjects));
    double mean = 0.0, square = 0.0;
    for (const double one : column) {
      mean += one / n;
    }
    for (double& one : column) {
      one -= mean;
      square += one * one / n;
    }
    scale_.push_back(std::sqrt(square));
    for (double& one : column) {
      one = square > 0.0 ? one / scale_.back() : 0.0;
    }
  }
}

std::vector<double> StandardColumns::products(std::span<const double> direction) const {
  std::vector<double> result;
  for (Index feature = 0; feature < features(); ++feature) {
    result.push_back(product(column(feature), direction));
  }
  return result;
}

std::vector<double> Problem::predictor(const Coefficients& b) const {
  std::vector<double> eta(at(columns.subjects()), 0.0);
  for (const auto& entry : b) {
    const auto column = columns.column(entry.first);
    for (std::size_t i = 0; i < eta.size(); ++i) {
      eta[i] += entry.second * column[i];
    }
  }
  return eta;
}

double Problem::objective(const Coefficients& b) const {
  double l1 = 0.0, l2 = 0.0;
  for (const auto& entry : b) {
    l1 += std::fabs(entry.second);
    l2 += entry.second * entry.second;
  }
  return loss.evaluate(predictor(b)).value + lambda * (l1_ratio * l1 + 0.5 * (1.0 - l1_ratio) * l2);
}

double Problem::kkt_violation(const Coefficients& b) const {
  const auto gradient = columns.products(loss.evaluate(predictor(b)).residual);
  const double l1 = lambda * l1_ratio;
  double worst = 0.0;
  for (Index feature = 0; feature < columns.features(); ++feature) {
    const double g = gradient[at(feature)] / static_cast<double>(columns.subjects());
    const auto found = b.find(feature);
    const double violation = found == b.end() || found->second == 0.0
                                 ? std::max(0.0, std::fabs(g) / l1 - 1.0)
                                 : std::fabs(g - lambda * (1.0 - l1_ratio) * found->second -
                                             l1 * sign_of(found->second)) /
                                       l1;
    worst = std::max(worst, violation);
  }
  return worst;
}

Coefficients polish(const Problem& problem, Coefficients start) {
  Selected selected;
  for (const auto& entry : start) {
    if (entry.second != 0.0) {
      selected.feature.push_back(entry.first);
      selected.value.push_back(entry.second);
      selected.sign.push_back(sign_of(entry.second));
    }
  }
  for (int round = 0; round < 200; ++round) {
    selected = minimise(problem, std::move(selected));
    // Many at a time first; one at a time moves in its own direction, so that the rounds end.
    if (!add_violators(problem, selected, round < 10 ? 50 : 1)) {
      break;
    }
  }
  return selected.coefficients();
}

} // namespace vigil::peers
