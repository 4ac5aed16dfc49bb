// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/nested_test.hpp"

#include "vigil/base/text.hpp"
#include "vigil/numeric/factor.hpp"
#include "vigil/numeric/sums.hpp"
#include "vigil/numeric/tail.hpp"
#include "vigil/survival/cox_fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace vigil::select {

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double collinear = 1e-9, level = 0.95;

NestedTest undefined_test(std::string reason) {
  return {.chi_square = not_a_number,
          .p = not_a_number,
          .estimate = not_a_number,
          .lower = not_a_number,
          .upper = not_a_number,
          .degrees_of_freedom = 0,
          .undefined_because = std::move(reason)};
}

NestedTest chi_square_test(double statistic, Index freedom) {
  if (freedom == 0) {
    return undefined_test("the features are collinear with the clinical columns");
  }
  NestedTest test = undefined_test({});
  test.chi_square = std::max(0.0, statistic);
  test.p = chi_square_upper(test.chi_square, static_cast<double>(freedom));
  test.degrees_of_freedom = freedom;
  return test;
}

/// Columns by row to cohort order.
std::vector<double> by_subject(const survival::CoxLikelihood& likelihood,
                               std::span<const double> columns) {
  const Index rows = likelihood.rows(), subjects = likelihood.subjects_in_cohort();
  const Index count = rows == 0 ? 0 : size_of(columns) / rows;
  std::vector<double> result(at(count * subjects), 0.0);
  for (Index column = 0; column < count; ++column) {
    for (Index row = 0; row < rows; ++row) {
      result[at(column * subjects + likelihood.subjects()[at(row)])] =
          columns[at(column * rows + row)];
    }
  }
  return result;
}

NestedTest
likelihood_ratio_test(const NullModel& null, std::span<const double> all, Index features) {
  const auto fit = survival::fit_cox(null.likelihood, by_subject(null.likelihood, all));
  if (fit.status != survival::CoxFitStatus::converged) {
    return undefined_test("the model with the features is not defined: " +
                          (fit.reason.empty() ? std::string("no convergence") : fit.reason));
  }
  const Index adjusted = null.adjusted_columns();
  const auto dropped = std::count_if(
      fit.dropped.begin(), fit.dropped.end(), [&](Index column) { return column >= adjusted; });
  NestedTest test =
      chi_square_test(2.0 * (fit.log_likelihood - null.log_likelihood), features - dropped);
  if (features == 1 && test.undefined_because.empty()) {
    const double se = fit.standard_error(adjusted);
    test.estimate = fit.coefficient[at(adjusted)];
    test.lower = test.estimate - normal_quantile(0.5 + level / 2.0) * se;
    test.upper = test.estimate + normal_quantile(0.5 + level / 2.0) * se;
  }
  return test;
}

NestedTest score_test(const NullModel& null, std::span<const double> all, Index features) {
  const Index rows = null.likelihood.rows(), adjusted = null.adjusted_columns();
  const Index order = adjusted + features;
  const auto information = null.likelihood.information(null.point, all);
  std::vector<double> own(at(adjusted * adjusted)), score;
  for (Index column = 0; column < adjusted; ++column) {
    for (Index row = 0; row < adjusted; ++row) {
      own[at(column * adjusted + row)] = information[at(column * order + row)];
    }
  }
  const CholeskyFactor factor(own, adjusted, collinear);
  std::vector<double> efficient(at(features * features));
  Index freedom = 0;
  for (Index feature = 0; feature < features; ++feature) {
    std::vector<double> mixed;
    for (Index row = 0; row < adjusted; ++row) {
      mixed.push_back(information[at((adjusted + feature) * order + row)]);
    }
    factor.solve(mixed);
    for (Index other = 0; other < features; ++other) {
      double value = information[at((adjusted + feature) * order + adjusted + other)];
      for (Index row = 0; row < adjusted; ++row) {
        value -= information[at((adjusted + other) * order + row)] * mixed[at(row)];
      }
      efficient[at(feature * features + other)] = value;
    }
    const auto column = all.subspan(at((adjusted + feature) * rows), at(rows));
    score.push_back(dot(column, null.point.residual));
    // what the clinical columns explain of a feature, to rounding, is no part of the test
    double& diagonal = efficient[at(feature * features + feature)];
    const double whole = information[at((adjusted + feature) * order + adjusted + feature)];
    diagonal = diagonal > collinear * whole ? diagonal : 0.0;
  }
  const CholeskyFactor reduced(efficient, features, collinear);
  freedom = reduced.rank();
  std::vector<double> solved = score;
  reduced.solve(solved);
  return chi_square_test(dot(score, solved), freedom);
}

} // namespace

NestedTests nested_tests(const TestedFeatures& features) {
  const NullModel& null = features.null();
  const Index count = size_of(features.columns());
  std::string reason = null.undefined_because;
  if (reason.empty() && count == 0) {
    reason = "no feature that varies";
  }
  if (reason.empty() && null.likelihood.events() < events_per_feature * count) {
    reason = number_text(count) + " features for " + number_text(null.likelihood.events()) +
             " events: the chi-square distribution needs " + number_text(events_per_feature) +
             " for each";
  }
  if (!reason.empty()) {
    return {undefined_test(reason), undefined_test(reason)};
  }
  std::vector<double> all = null.adjusted;
  const auto own = features.rows(0, count);
  all.insert(all.end(), own.begin(), own.end());
  return {likelihood_ratio_test(null, all, count), score_test(null, all, count)};
}

} // namespace vigil::select
