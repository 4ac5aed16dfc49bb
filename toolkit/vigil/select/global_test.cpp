// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/global_test.hpp"

#include "vigil/numeric/dense.hpp"
#include "vigil/select/score_multipliers.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

namespace vigil::select {

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr Index columns_per_task = 32, most_exact = 4096;
constexpr double equal = 1e-9;

GlobalTest undefined_test(std::string reason) {
  return {.statistic = not_a_number,
          .expected = not_a_number,
          .p = not_a_number,
          .undefined_because = std::move(reason)};
}

/// Directions d, one for each column: Q is the mean over features of (d'x)^2, by feature in ascending order.
std::vector<double> quadratic_forms(const GrowingMatrix& directions,
                                    const TestedFeatures& features,
                                    FitContext& context) {
  const Index rows = directions.rows(), forms = directions.columns();
  const Index number = size_of(features.columns());
  const Index room = context.memory_bytes / 4 / (16 * features.data().subjects());
  const Index together = std::max<Index>(1, room / columns_per_task) * columns_per_task;
  std::vector<double> result(at(forms), 0.0);
  for (Index first = 0; first < number; first += together) {
    const Index count = std::min(together, number - first);
    const auto values = features.rows(first, count);
    const Index tasks = (count + columns_per_task - 1) / columns_per_task;
    std::vector<std::vector<double>> parts(at(tasks));
    context.scheduler.for_each(tasks, [&](Index task, Index) {
      const Index begin = task * columns_per_task;
      const Index width = std::min(columns_per_task, count - begin);
      GrowingMatrix products = zeros(width, forms);
      const MatrixView columns{
          .data = values.data() + begin * rows, .rows = rows, .columns = width, .stride = rows};
      cross_multiply(columns, view(directions), 1.0, 0.0, products, 0, 0);
      parts[at(task)].assign(at(forms), 0.0);
      for (Index form = 0; form < forms; ++form) {
        for (const double product : products.column(form)) {
          parts[at(task)][at(form)] += product * product;
        }
      }
    });
    for (const auto& part : parts) {
      for (Index form = 0; form < forms; ++form) {
        result[at(form)] += part[at(form)];
      }
    }
  }
  for (double& value : result) {
    value /= static_cast<double>(number);
  }
  return result;
}

/// forms: the statistic, then its draws.
GlobalTest test_of(double statistic, std::span<const double> draws) {
  const auto number = static_cast<double>(draws.size());
  const auto reached = std::count_if(
      draws.begin(), draws.end(), [&](double each) { return each >= statistic * (1.0 - equal); });
  return {.statistic = statistic,
          .expected = std::accumulate(draws.begin(), draws.end(), 0.0) / number,
          .p = (1.0 + static_cast<double>(reached)) / (1.0 + number),
          .draws = size_of(draws)};
}

/// Directions of permuted residuals, from column `first` on: row i of the null model sees the features of another row.
void fill_permutations(const TestedFeatures& features,
                       const RandomKey& key,
                       Scheduler& scheduler,
                       Index draws,
                       GrowingMatrix& directions) {
  const NullModel& null = features.null();
  const auto label = exchangeable_rows(features.data(), null.likelihood.subjects());
  scheduler.for_each(draws, [&](Index draw, Index) {
    const auto from = permuted_rows(label, key.child(draw));
    const auto column = directions.column(1 + draw);
    for (std::size_t row = 0; row < from.size(); ++row) {
      column[at(from[row])] = null.point.residual[row];
    }
  });
}

/// Directions of random signs, in the last columns.
void fill_signs(const TestedFeatures& features,
                const RandomKey& key,
                Scheduler& scheduler,
                Index draws,
                GrowingMatrix& directions) {
  const NullModel& null = features.null();
  const auto subjects = null.likelihood.subjects();
  const survival::EfficientScore score(null.likelihood, null.point, null.adjusted);
  const auto label = multiplied_rows(features.data(), subjects);
  const auto weight = multiplier_weights(features.within(), subjects);
  const ScoreMultipliers multipliers(score, label, weight);
  const double deviation = multipliers.deviation(most_exact, key.child("probe"), scheduler);
  scheduler.for_each(draws, [&](Index draw, Index) {
    RandomStream stream(key.child("signs").child(draw));
    std::vector<double> sign(at(multipliers.labels()));
    for (double& value : sign) {
      value = stream.index_below(2) == 0 ? -1.0 : 1.0;
    }
    const auto found = multipliers.direction(sign);
    const auto column = directions.column(directions.columns() - draws + draw);
    std::transform(found.begin(), found.end(), column.begin(), [deviation](double value) {
      return deviation * value;
    });
  });
}

} // namespace

GlobalTests global_tests(const TestedFeatures& features,
                         Index draws,
                         const RandomKey& key,
                         FitContext& context) {
  const NullModel& null = features.null();
  std::string reason = null.undefined_because;
  if (reason.empty() && features.columns().empty()) {
    reason = "no feature that varies";
  }
  if (reason.empty() && draws == 0) {
    reason = "no draws";
  }
  if (!reason.empty()) {
    return {undefined_test(reason), undefined_test(reason)};
  }
  const bool permute = features.data().group.empty();
  const Index first_sign = 1 + (permute ? draws : 0);
  GrowingMatrix directions = zeros(null.likelihood.rows(), first_sign + draws);
  std::copy(null.point.residual.begin(), null.point.residual.end(), directions.column(0).begin());
  if (permute) {
    fill_permutations(features, key.child("permutation"), context.scheduler, draws, directions);
  }
  fill_signs(features, key, context.scheduler, draws, directions);
  const auto forms = quadratic_forms(directions, features, context);
  const auto drawn = [&](Index first) { return std::span(forms).subspan(at(first), at(draws)); };
  return {permute ? test_of(forms.front(), drawn(1))
                  : undefined_test("rows of a group cannot be exchanged"),
          test_of(forms.front(), drawn(first_sign))};
}

} // namespace vigil::select
