// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/penalized/fit_paths.hpp"

#include "tests/support/dataset.hpp"
#include <ostream>
#include <string>
#include <vector>

namespace vigil::test {

/// The data of make_glmnet_families.R: ten columns in double, penalized, and an outcome of each family.
class GlmnetData {
public:
  GlmnetData();
  [[nodiscard]] const ClinicalBlock& clinical() const noexcept { return clinical_; }
  [[nodiscard]] const FeatureMatrix& features() const noexcept { return features_; }
  [[nodiscard]] std::span<const Index> stratum() const noexcept { return stratum_; }
  [[nodiscard]] std::span<const double> offset() const noexcept { return offset_; }
  [[nodiscard]] CaseWeights weights() const {
    return CaseWeights::ones(subjects).with_sampling(weight_);
  }
  /// family: gaussian, binomial, poisson, cox.
  [[nodiscard]] Outcome outcome(const std::string& family, bool delayed) const;

  static constexpr Index subjects = 90, columns = 10;

private:
  Dataset table_;
  ClinicalBlock clinical_;
  FeatureMatrix features_;
  std::vector<Index> stratum_;
  std::vector<double> offset_, weight_;
};

/// One point of a path of glmnet, on vigil's lambda scale.
struct GlmnetPoint {
  double lambda = 0.0, l1_ratio = 1.0, objective = 0.0;
  std::vector<double> coefficient = {}; ///< per raw unit
  double intercept = 0.0;
};

/// One path of glmnet and how it was fitted.
struct GlmnetCase {
  std::string name, family;
  bool weighted = false, with_offset = false, standardize = true, strata = false, delayed = false;
  std::vector<double> lower = {}, upper = {};
  std::vector<double> factor = {};
  double largest_lambda = 0.0;          ///< NaN for the ridge
  std::vector<GlmnetPoint> points = {}; ///< lambda descending
};
void PrintTo(const GlmnetCase& one, std::ostream* out);

/// Paths of one family; relaxed: the case whose coefficients are those of relax = TRUE.
[[nodiscard]] std::vector<GlmnetCase> glmnet_cases(const std::string& family, bool relaxed = false);

/// Fits the path at glmnet's lambdas and compares lambdas, coefficients and objectives.
void expect_agreement(const GlmnetCase& one);

} // namespace vigil::test
