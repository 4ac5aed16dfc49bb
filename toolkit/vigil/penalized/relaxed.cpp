// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/relaxed.hpp"

#include "vigil/numeric/factor.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <numeric>
#include <utility>

namespace vigil::penalized {

namespace {

constexpr double goal = 1e-11; // gradient, relative to that of one event and one SD
constexpr Index most_steps = 100, most_pauses = 20;
constexpr double dependent = 1e-11; // share of a column's curvature that the others leave
constexpr double flat =
    1e-6; // share of the curvature at the null model that is left at the maximum
constexpr double widest = 300.0; // gap of two linear predictors: a hazard ratio of 1e130

/// The maximum over one set of columns, or why there is none.
struct Fit {
  std::vector<double> coefficient = {}; ///< per raw unit, columns ascending
  double intercept = 0.0;
  double deviance_explained = std::numeric_limits<double>::quiet_NaN();
  FitStatus status = FitStatus::undefined;
  std::string problem = {};
};

Fit no_fit(FitStatus status, std::string problem) {
  Fit fit;
  fit.status = status;
  fit.problem = std::move(problem);
  return fit;
}

class Relaxation {
public:
  Relaxation(const TrainingData& data, const PathFitter& fitter, const MarkerColumns& markers)
      : data_(data), fitter_(fitter), markers_(markers), loss_(fitter.loss()),
        null_curvature_(loss_.curvature(std::vector<double>(at(loss_.rows()), 0.0))) {}

  RelaxedPath run(Index points) {
    const PathFit& path = fitter_.path();
    RelaxedPath result;
    std::optional<Fit> last;
    for (Index point = 0; point < std::min(points, path.points()); ++point) {
      const auto features = path.coefficients.features_at(point);
      if (!last ||
          !std::equal(features.begin(), features.end(), columns_.begin(), columns_.end())) {
        last = fit(features);
      }
      record(*last, point, result);
      if (!last->problem.empty() || last->status == FitStatus::saturated) {
        break;
      }
    }
    return result;
  }

private:
  void record(const Fit& fit, Index point, RelaxedPath& result) const {
    const PathFit& path = fitter_.path();
    result.lambda.push_back(path.lambda[at(point)]);
    result.nonzero.push_back(path.nonzero[at(point)]);
    result.deviance_explained.push_back(fit.deviance_explained);
    result.status.push_back(fit.status);
    result.ended_because = fit.problem;
    auto& out = result.coefficients;
    if (fit.problem.empty()) {
      out.feature.insert(out.feature.end(), columns_.begin(), columns_.end());
      out.value.insert(out.value.end(), fit.coefficient.begin(), fit.coefficient.end());
    }
    out.point_start.push_back(size_of(out.feature));
    if (loss_.has_intercept()) {
      result.intercept.push_back(fit.intercept);
    }
  }

  Fit fit(std::span<const Index> features) {
    columns_.assign(features.begin(), features.end());
    if (size_of(columns_) >= loss_.rows()) {
      return no_fit(FitStatus::undefined, "as many columns as subjects");
    }
    take_columns();
    std::vector<Index> all(columns_.size());
    std::iota(all.begin(), all.end(), Index{0});
    const std::vector<double> before = pivots(*null_curvature_, all);
    for (const Index place : all) {
      const double spread = fitter_.preparation().column(working_column(place)).spread /
                            fitter_.preparation().column(working_column(place)).scale;
      if (!(before[at(place)] > dependent * spread * spread * per_event())) {
        return no_fit(FitStatus::undefined, "dependent columns: the maximum is not unique");
      }
    }
    return judged(before, maximise());
  }

  // Newton's method on the working set; the violation at its end. It pauses where a few steps do not lower the gradient,
  // as on the way to infinity, and goes on while the likelihood rises.
  double maximise() {
    double violation = 0.0;
    for (Index pause = 0; pause < most_pauses; ++pause) {
      const double before = working_->point().value;
      violation = working_->solve(strength(), goal, most_steps).violation;
      const double gain = working_->point().value - before;
      if (violation <= goal || !(gain > 1e-12 * (std::fabs(before) + 1.0))) {
        break;
      }
    }
    return violation;
  }

  // Columns of the working set, for another set of columns: those that join, or all anew where one leaves.
  void take_columns() {
    const auto leaves = [&](Index column) {
      return !std::binary_search(columns_.begin(), columns_.end(), column);
    };
    if (!working_ || std::any_of(working_->columns().begin(), working_->columns().end(), leaves)) {
      working_ = std::make_unique<WorkingSet>(loss_);
    }
    const auto present = working_->columns();
    std::vector<WorkingSet::Joining> joining;
    std::vector<double> values;
    std::map<Index, std::vector<double>> kept;
    for (const Index column : columns_) {
      const auto known = values_.find(column);
      auto& own = kept[column] = known == values_.end() ? prepared(column) : known->second;
      if (std::find(present.begin(), present.end(), column) == present.end()) {
        joining.push_back(
            {column,
             column_penalty(fitter_.penalty(), 0.0, column, fitter_.preparation().column(column))});
        values.insert(values.end(), own.begin(), own.end());
      }
    }
    values_ = std::move(kept);
    working_->add(joining, values);
  }

  // One column as the working set holds it: centred and scaled, by row of the loss.
  [[nodiscard]] std::vector<double> prepared(Index column) const {
    const auto& rule = fitter_.preparation().column(column);
    const Index clinical = column - data_.features.features();
    const double offset = clinical < 0 ? data_.features.offset(column) : 0.0;
    std::vector<double> values;
    values.reserve(at(loss_.rows()));
    for (const Index subject : loss_.subjects()) {
      const double raw = clinical < 0
                             ? static_cast<double>(markers_.find(column)[at(subject)]) + offset
                             : data_.clinical.column(clinical)[at(subject)];
      values.push_back(((raw == raw ? raw : rule.fill) - rule.centre) / rule.scale);
    }
    return values;
  }

  // What each listed column of the working set has of the curvature beside the columns before it, per unit of weight.
  [[nodiscard]] std::vector<double> pivots(const Curvature& curvature,
                                           std::span<const Index> places) const {
    const Index count = size_of(places);
    GrowingMatrix positive(curvature.positive_rows()), negative(curvature.negative_rows()), cross;
    positive.resize(positive.rows(), count);
    negative.resize(negative.rows(), count);
    for (Index number = 0; number < count; ++number) {
      curvature.transform(values_.at(working_column(places[at(number)])),
                          positive.column(number),
                          negative.column(number));
    }
    cross.resize(count, count);
    if (count > 0) {
      cross_multiply(view(positive), 1.0 / loss_.total_weight(), 0.0, cross);
    }
    if (count > 0 && negative.rows() > 0) {
      cross_multiply(view(negative), -1.0 / loss_.total_weight(), 1.0, cross);
    }
    std::vector<double> matrix;
    for (Index row = 0; row < count; ++row) {
      const auto column = std::as_const(cross).column(row);
      matrix.insert(matrix.end(), column.begin(), column.end());
    }
    const CholeskyFactor factor(matrix, count, dependent);
    std::vector<double> result;
    for (Index number = 0; number < count; ++number) {
      result.push_back(factor.pivot(number));
    }
    return result;
  }

  [[nodiscard]] Index working_column(Index place) const { return working_->columns()[at(place)]; }
  [[nodiscard]] double per_event() const { return loss_.event_weight() / loss_.total_weight(); }
  // Nothing is penalized; the scale of a gradient is that of one SD and event.
  [[nodiscard]] Strength strength() const {
    double scale = 0.0;
    for (const Index column : columns_) {
      const auto& rule = fitter_.preparation().column(column);
      scale = std::max(scale, rule.spread / rule.scale);
    }
    return {.lambda = 0.0, .l1_ratio = 1.0, .largest_lambda = scale * per_event()};
  }

  /// Places of the working set whose coefficient is at none of its limits.
  [[nodiscard]] std::vector<Index> within_limits() const {
    std::vector<Index> places;
    for (Index place = 0; place < working_->size(); ++place) {
      const Index column = working_column(place);
      const auto limits =
          column_penalty(fitter_.penalty(), 0.0, column, fitter_.preparation().column(column));
      const double value = working_->coefficients()[at(place)];
      if (value > limits.lower && value < limits.upper) {
        places.push_back(place);
      }
    }
    return places;
  }

  // Whether the likelihood is flat where Newton's method has come to, in some direction in which it was not before, or
  // whether the way there ended where exponentials of the linear predictor leave the range of a double.
  [[nodiscard]] bool rises_without_end(std::span<const double> before, double violation) const {
    const auto [lowest, highest] =
        std::minmax_element(working_->eta().begin(), working_->eta().end());
    if (violation > trusted_violation && *highest - *lowest > widest) {
      return true;
    }
    const std::vector<Index> free = within_limits();
    const auto start = size_of(free) == working_->size()
                           ? std::vector<double>(before.begin(), before.end())
                           : pivots(*null_curvature_, free);
    const auto end = pivots(*loss_.curvature(working_->eta()), free);
    for (std::size_t place = 0; place < end.size(); ++place) {
      if (!(end[place] > flat * start[place])) {
        return true;
      }
    }
    return false;
  }

  [[nodiscard]] Fit judged(std::span<const double> before, double violation) const {
    const PathFit& path = fitter_.path();
    const double explained =
        (working_->point().value - path.null_value) / (path.saturated_value - path.null_value);
    const bool saturated = explained > most_deviance;
    if (rises_without_end(before, violation)) {
      return no_fit(saturated ? FitStatus::saturated : FitStatus::undefined,
                    "the likelihood rises without end (separation)");
    }
    if (!(violation <= trusted_violation)) {
      return no_fit(FitStatus::iteration_limit, "Newton's method has not converged");
    }
    Fit fit;
    fit.deviance_explained = explained;
    fit.status = status_of(saturated, violation);
    fit.intercept = working_->point().intercept;
    for (const Index column : columns_) {
      const auto place = std::find(working_->columns().begin(), working_->columns().end(), column) -
                         working_->columns().begin();
      const auto& rule = fitter_.preparation().column(column);
      fit.coefficient.push_back(working_->coefficients()[at(place)] / rule.scale);
      fit.intercept -= fit.coefficient.back() * rule.centre;
    }
    return fit;
  }

  const TrainingData& data_;
  const PathFitter& fitter_;
  const MarkerColumns& markers_;
  const Loss& loss_;
  std::unique_ptr<const Curvature> null_curvature_;
  std::unique_ptr<WorkingSet> working_;
  std::vector<Index> columns_;                  ///< of the fit at hand, ascending
  std::map<Index, std::vector<double>> values_; ///< of these, by row
};

} // namespace

RelaxedPath relaxed_path(const TrainingData& data,
                         const PathFitter& fitter,
                         const MarkerColumns& markers,
                         Index points) {
  return fitter.path().undefined ? RelaxedPath{} : Relaxation(data, fitter, markers).run(points);
}

} // namespace vigil::penalized
