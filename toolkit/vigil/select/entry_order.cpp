// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/entry_order.hpp"

#include "vigil/penalized/loss.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>
#include <utility>

namespace vigil::select {

namespace {

/// Features that enter at one point of a path.
struct Step {
  Index point = 0;
  std::vector<Index> features = {};
};

/// A path's entries up to the step that reaches the number wanted.
struct Entries {
  std::vector<double> factor = {}; ///< of each column
  std::vector<Step> steps = {};
};

Entries entries_of(const TrainingData& data, const FittedPath& fitted, Index most) {
  Entries entries;
  entries.factor = penalized::penalty_factors(fitted.penalty, data, fitted.item.preparation);
  const penalized::SparsePath& path = fitted.path.coefficients;
  std::set<Index> entered;
  for (Index point = 0; point < fitted.path.points() && size_of(entered) < most; ++point) {
    Step step{.point = point};
    const auto features = path.features_at(point);
    const auto values = path.values_at(point);
    for (std::size_t place = 0; place < features.size(); ++place) {
      const Index column = features[place];
      if (values[place] != 0.0 && entries.factor[at(column)] > 0.0 &&
          entered.insert(column).second) {
        step.features.push_back(column);
      }
    }
    if (!step.features.empty()) {
      entries.steps.push_back(std::move(step));
    }
  }
  return entries;
}

/// Columns with a coefficient at the solution before a step, with their coefficients per raw unit.
std::vector<std::pair<Index, double>>
support_before(const FittedPath& fitted, const Entries& entries, Index point) {
  std::vector<std::pair<Index, double>> support;
  const auto features = fitted.path.coefficients.features_at(std::max<Index>(0, point - 1));
  const auto values = fitted.path.coefficients.values_at(std::max<Index>(0, point - 1));
  for (std::size_t place = 0; place < features.size(); ++place) {
    if (values[place] != 0.0 && (point > 0 || entries.factor[at(features[place])] == 0.0)) {
      support.push_back({features[place], values[place]});
    }
  }
  return support;
}

bool needs_scores(const Step& step) {
  return step.features.size() > 1;
}

/// Raw values of the columns that some paths need.
class RawColumns {
public:
  RawColumns(const TrainingData& data, const std::set<Index>& wanted, Scheduler& scheduler)
      : listed_(wanted.begin(), wanted.end()), subjects_(data.subjects()),
        values_(raw_columns(data.covariates(), listed_, scheduler)) {}

  [[nodiscard]] std::span<const double> operator[](Index column) const {
    const auto place = std::lower_bound(listed_.begin(), listed_.end(), column) - listed_.begin();
    return std::span(values_).subspan(at(place * subjects_), at(subjects_));
  }

private:
  std::vector<Index> listed_;
  Index subjects_;
  std::vector<double> values_;
};

/// Scores of the features of one path, at its own weights.
class Scores {
public:
  Scores(const TrainingData& data, const FittedPath& fitted, const RawColumns& raw)
      : fitted_(fitted), raw_(raw),
        loss_(penalized::make_loss(data, fitted.item.weights, fitted.penalty.ties)) {}

  /// The features of a step, largest score first.
  [[nodiscard]] std::vector<Index> in_order(const Entries& entries, const Step& step) const {
    std::vector<double> eta(at(loss_->rows()), 0.0);
    for (const auto& [column, coefficient] : support_before(fitted_, entries, step.point)) {
      const std::vector<double> values = centred(column);
      for (std::size_t row = 0; row < eta.size(); ++row) {
        eta[row] += coefficient * values[row];
      }
    }
    const std::vector<double> residual = loss_->evaluate(eta).residual;
    std::vector<std::pair<double, Index>> ranked; // (-score, column)
    for (const Index column : step.features) {
      const std::vector<double> values = centred(column);
      double product = 0.0;
      for (std::size_t row = 0; row < values.size(); ++row) {
        product += residual[row] * values[row];
      }
      const double unit = fitted_.item.preparation.column(column).scale;
      ranked.push_back({-std::fabs(product / unit) / entries.factor[at(column)], column});
    }
    std::sort(ranked.begin(), ranked.end());
    std::vector<Index> ordered;
    for (const auto& place : ranked) {
      ordered.push_back(place.second);
    }
    return ordered;
  }

private:
  /// By row of the loss, in raw units.
  [[nodiscard]] std::vector<double> centred(Index column) const {
    const Preparation::Column& rule = fitted_.item.preparation.column(column);
    const auto raw = raw_[column];
    std::vector<double> values;
    values.reserve(at(loss_->rows()));
    for (const Index subject : loss_->subjects()) {
      const double value = raw[at(subject)];
      values.push_back((value == value ? value : rule.fill) - rule.centre);
    }
    return values;
  }

  const FittedPath& fitted_;
  const RawColumns& raw_;
  std::unique_ptr<const penalized::Loss> loss_;
};

/// Columns whose values the order of a path's entries depends on.
std::set<Index> columns_needed(const FittedPath& fitted, const Entries& entries) {
  std::set<Index> needed;
  for (const Step& step : entries.steps) {
    if (needs_scores(step)) {
      needed.insert(step.features.begin(), step.features.end());
      for (const auto& entry : support_before(fitted, entries, step.point)) {
        needed.insert(entry.first);
      }
    }
  }
  return needed;
}

std::vector<Index> order_of(const TrainingData& data,
                            const FittedPath& fitted,
                            const Entries& entries,
                            const RawColumns& raw,
                            Index most) {
  std::vector<Index> order;
  if (entries.steps.empty()) {
    return order;
  }
  const Scores scores(data, fitted, raw);
  for (const Step& step : entries.steps) {
    const std::vector<Index> features =
        needs_scores(step) ? scores.in_order(entries, step) : step.features;
    order.insert(order.end(), features.begin(), features.end());
  }
  order.resize(at(std::min(most, size_of(order))));
  return order;
}

} // namespace

std::vector<std::vector<Index>> entry_orders(const TrainingData& data,
                                             std::span<const FittedPath> paths,
                                             Index most,
                                             FitContext& context) {
  VIGIL_EXPECTS(most >= 1);
  std::vector<Entries> entries(paths.size());
  context.scheduler.for_each(size_of(paths), [&](Index number, Index) {
    entries[at(number)] = entries_of(data, paths[at(number)], most);
  });
  std::vector<std::vector<Index>> orders(paths.size());
  const Index most_columns = context.memory_bytes / 4 / (8 * std::max<Index>(1, data.subjects()));
  for (Index first = 0, end = 0; first < size_of(paths); first = end) {
    std::set<Index> wanted;
    for (; end < size_of(paths); ++end) {
      const std::set<Index> needed = columns_needed(paths[at(end)], entries[at(end)]);
      if (end > first && size_of(wanted) + size_of(needed) > most_columns) {
        break;
      }
      wanted.insert(needed.begin(), needed.end());
    }
    const RawColumns raw(data, wanted, context.scheduler);
    context.scheduler.for_each(end - first, [&](Index place, Index) {
      const Index number = first + place;
      orders[at(number)] = order_of(data, paths[at(number)], entries[at(number)], raw, most);
    });
  }
  return orders;
}

} // namespace vigil::select
