// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/reference/glmnet_families.hpp"

#include "vigil/base/text.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <cmath>
#include <limits>

namespace vigil::test {

namespace {

std::vector<std::uint8_t> bytes_of(const std::vector<double>& values) {
  std::vector<std::uint8_t> result;
  for (const double one : values) {
    result.push_back(one == 1.0 ? 1 : 0);
  }
  return result;
}

/// The points of each case, in the order of the file.
void add_points(GlmnetCase& one, const Dataset& table) {
  const auto& name = table.text("case");
  const auto lambda = table.numbers("lambda"), l1_ratio = table.numbers("l1_ratio"),
             objective = table.numbers("objective"), feature = table.numbers("feature"),
             coefficient = table.numbers("coefficient");
  for (std::size_t row = 0; row < name.size(); ++row) {
    if (name[row] != one.name) {
      continue;
    }
    if (feature[row] == 0.0) { // the intercept, first of its point
      one.points.push_back({lambda[row], l1_ratio[row], objective[row]});
      one.points.back().intercept = coefficient[row];
    } else {
      one.points.back().coefficient.push_back(coefficient[row]);
    }
  }
}

/// Coefficients of all columns at one point.
std::vector<double> dense(const penalized::PathFit& path, Index point) {
  std::vector<double> result(at(GlmnetData::columns), 0.0);
  const auto features = path.coefficients.features_at(point);
  const auto values = path.coefficients.values_at(point);
  for (std::size_t place = 0; place < features.size(); ++place) {
    result[at(features[place])] = values[place];
  }
  return result;
}

penalized::PathFit fit_case(const GlmnetCase& one) {
  const GlmnetData all;
  const Outcome outcome = all.outcome(one.family, one.delayed);
  TrainingData data{.features = all.features(), .clinical = all.clinical(), .outcome = outcome};
  if (one.strata) {
    data.stratum = all.stratum();
  }
  if (one.with_offset) {
    data.offset = all.offset();
  }
  const CaseWeights weights =
      one.weighted ? all.weights() : CaseWeights::ones(GlmnetData::subjects);
  Scheduler scheduler(1);
  FitContext context{scheduler};
  const auto preparations =
      fit_preparations(data, {&weights, 1}, {.standardize = one.standardize}, scheduler);
  const FitItem item{weights, preparations[0], RandomKey(1)};
  penalized::PenaltyOptions penalty{.l1_ratio = one.points[0].l1_ratio,
                                    .factor = one.factor,
                                    .lower = one.lower,
                                    .upper = one.upper};
  penalized::LambdaGrid grid;
  for (const GlmnetPoint& point : one.points) {
    grid.values.push_back(point.lambda);
  }
  return penalized::fit_paths({data, {&item, 1}}, penalty, grid, context)[0];
}

} // namespace

GlmnetData::GlmnetData()
    : table_(std::string(VIGIL_REFERENCE) + "/glmnet_families_data.csv"), clinical_(subjects),
      features_(subjects), offset_(table_.numbers("offset")), weight_(table_.numbers("weight")) {
  for (Index column = 1; column <= columns; ++column) {
    const std::string name = "x" + number_text(column);
    clinical_.add({.name = name, .penalized = true}, table_.numbers(name));
  }
  for (const double one : table_.numbers("stratum")) {
    stratum_.push_back(static_cast<Index>(one));
  }
}

Outcome GlmnetData::outcome(const std::string& family, bool delayed) const {
  if (family == "gaussian") {
    return ContinuousOutcome{.value = table_.numbers("gaussian"), .unit = ""};
  }
  if (family == "binomial") {
    return BinaryOutcome{.label = bytes_of(table_.numbers("binomial"))};
  }
  if (family == "poisson") {
    return CountOutcome{.count = table_.numbers("poisson")};
  }
  return SurvivalOutcome{.entry = delayed ? table_.numbers("entry") : std::vector<double>{},
                         .time = table_.numbers("time"),
                         .event = bytes_of(table_.numbers("event"))};
}

void PrintTo(const GlmnetCase& one, std::ostream* out) {
  *out << one.name;
}

std::vector<GlmnetCase> glmnet_cases(const std::string& family, bool relaxed) {
  const std::string folder = VIGIL_REFERENCE;
  const Dataset options(folder + "/glmnet_families_options.csv");
  const Dataset points(folder + "/glmnet_families.csv");
  const auto& name = options.text("case");
  const auto& its_family = options.text("family");
  const auto& factor = options.text("factor");
  const auto& lower = options.text("lower");
  const auto& upper = options.text("upper");
  const auto flag = [&](const char* column, std::size_t row) {
    return options.numbers(column)[row] == 1.0;
  };
  std::vector<GlmnetCase> cases;
  for (std::size_t row = 0; row < name.size(); ++row) {
    if (its_family[row] != family || flag("relaxed", row) != relaxed) {
      continue;
    }
    GlmnetCase one{.name = name[row],
                   .family = family,
                   .weighted = flag("weights", row),
                   .with_offset = flag("offset", row),
                   .standardize = flag("standardize", row),
                   .strata = flag("strata", row),
                   .delayed = flag("delayed", row),
                   .largest_lambda = options.numbers("largest_lambda")[row]};
    for (const std::string& text : split(factor[row], ' ')) {
      one.factor.push_back(vigil::parse_number(text).value());
    }
    if (lower[row] != "-Inf") {
      one.lower.assign(at(GlmnetData::columns), vigil::parse_number(lower[row]).value());
      one.upper.assign(at(GlmnetData::columns), vigil::parse_number(upper[row]).value());
    }
    add_points(one, points);
    cases.push_back(std::move(one));
  }
  return cases;
}

void expect_agreement(const GlmnetCase& one) {
  ASSERT_GE(size_of(one.points), 3);
  const penalized::PathFit path = fit_case(one);
  ASSERT_EQ(path.points(), size_of(one.points));
  if (!std::isnan(one.largest_lambda)) {
    EXPECT_NEAR(path.largest_lambda,
                one.largest_lambda,
                relative(one.largest_lambda, 1e-9, "glmnet exponentiates its grid"));
  }
  for (Index point = 0; point < path.points(); ++point) {
    const GlmnetPoint& theirs = one.points[at(point)];
    EXPECT_EQ(path.lambda[at(point)], theirs.lambda);
    // Both are optima to 1e-8 of lambda; the curvature of these data is above 1e-3.
    const auto ours = dense(path, point);
    for (Index column = 0; column < GlmnetData::columns; ++column) {
      EXPECT_NEAR(ours[at(column)], theirs.coefficient[at(column)], 1e-5)
          << "point " << point << " column " << column;
    }
    const double objective = path.objective[at(point)];
    EXPECT_NEAR(objective,
                theirs.objective,
                relative(theirs.objective, 1e-9, "quadratic in the error of the coefficients"));
    EXPECT_LE(objective, theirs.objective + rounding(theirs.objective, 1e5)) << "point " << point;
  }
}

} // namespace vigil::test
