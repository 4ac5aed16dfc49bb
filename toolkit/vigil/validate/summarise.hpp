// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/measure/measure.hpp"
#include "vigil/validate/adequate.hpp"
#include "vigil/validate/final_fit.hpp"
#include "vigil/validate/summary.hpp"
#include "vigil/validate/validate.hpp"

#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vigil {

/// How apparent values and those of subjects left out are put together (bootstrap, subsampling).
enum class BootstrapEstimator { optimism, point_632, point_632_plus };
/// "optimism", ".632", ".632+".
[[nodiscard]] std::string_view name_of(BootstrapEstimator estimator) noexcept;

/// What to compute from predictions.
struct SummaryOptions {
  std::vector<const measure::Entry*> measures; ///< rows of measure::table()
  std::vector<double> horizons = {};           ///< for measures at a horizon; among those predicted
  std::vector<double> thresholds = {};         ///< for measures of a decision
  double tau = std::numeric_limits<double>::infinity(); ///< end of follow-up for the other measures
  double level = 0.95;
  int cause = 1;
  /// Columns of a model of censoring, of the cohort whose predictions are judged; none: marginal weights.
  survival::CensoringCovariates censoring = {};
  BootstrapEstimator estimator = BootstrapEstimator::optimism;
  std::string resampling = {};   ///< name in the rows; empty: the scheme of the plan
  std::string reference = {};    ///< learner that the others are compared with; empty: the first
  Index smallest_bootstrap = 20; ///< replicates with a value that an optimism needs
  AdequatePerformance adequate = {}; ///< what a new centre is held against
};

/// Records of a validation, whole or merged from shards, in any order.
struct ValidationResults {
  const Cohort& cohort;
  const CaseWeights& within; ///< what the plan was drawn within
  const ResamplePlan& plan;
  std::span<const ResampleRecord> records;
  std::span<const ResampleRecord> apparent = {}; ///< of the final models; needed by a bootstrap
  std::span<const ResampleRecord> pairs =
      {}; ///< beyond the folds, as folds_and_pairs() numbers them
};

/// Performance, paired comparisons and centres of a validation.
///
/// repeated-cv, imported-folds   each measure within each test fold, folds averaged by measure::FoldWeight (pairs
///     across folds are never formed; means over subjects thereby equal the pooled value); G from all subjects;
///     interval by Nadeau and Bengio; comparisons from the differences on common folds. With records of pairs of folds: rows
///     "nested-cv debiased" of the Brier score and net benefit, by nested_cv_interval
/// bootstrap   apparent value less the mean optimism theta(model_b, sample_b) - theta(model_b, original);
///     percentiles of theta(model_b, sample_b) shifted by the optimism; SE their SD. Measures that are to be near one or zero
///     are so on the sample of any fit: apparent value less percentiles of the optimism, SE the SD of that
/// centre-bootstrap   the same of samples of whole centres: the interval also holds what other centres would have brought.
///     With k centres SEs are sqrt(k / (k - 1)) times as large, and limits sqrt(k / (k - 1)) t(k - 1) / z times as far from the estimate.
///     Then rows "centre-bootstrap left-out": each replicate's model on the centres it left out, averaged as folds are, no interval
/// bootstrap, subsampling with estimator .632 or .632+   the Brier score, concordance and AUC alone; rows are named
///     "bootstrap .632+". Left out: of the Brier score the mean over subjects of the mean loss over the replicates that left them
///     out, of the others the mean over replicates by FoldWeight; G from all subjects. The interval of a bootstrap is that
///     above, moved to the estimate; of subsamples, which are smaller than the sample, there is none
/// loco        each centre by its own model; pooled by pool_centres on the scale of the measure. A centre is pooled
///     on its own with at least 10 events, a value inside the domain of the scale and a positive SE; the others
///     form one "(small centres)" estimate (pairs within centres, clustered SE), which is pooled under the same
///     rule. Fewer than 5 estimates to pool: one estimate over all centres, pairs within centres, clustered SE,
///     t with centres - 1 degrees of freedom, no prediction interval. Pooled rows of measures with limits in
///     options.adequate say how probable an adequate value is in a new centre
/// split       the test part alone, influence-function SE: it speaks of the frozen model
///
/// censoring   marginal, or by a Cox model of options.censoring, from the same subjects as G above; where it cannot be fitted to
///     a centre or a bootstrap sample, measures with weights are undefined there
///
/// With apparent records, rows `apparent` come first, without interval: they are not validation.
///
/// source    Nadeau and Bengio 2003; Efron 1983; Efron and Tibshirani 1997; Binder and Schumacher 2008; Noma
///           et al. 2021; Debray et al. 2017; Snell et al. 2018;
///           checked by tests/unit/validate/summarise_test, error_632_test
[[nodiscard]] Summary
summarise(const ValidationResults& results, const SummaryOptions& options, Scheduler& scheduler);

/// Frozen models on another cohort.
struct ExternalResults {
  std::string id; ///< rows say `external:<id>`
  const Cohort& cohort;
  std::span<const ExternalPrediction> predictions;
  std::vector<double> null_risk = {}; ///< of the training cohort at options.horizons; empty: none
};

/// Performance and comparisons (differences of influence values) with influence-function SE, and centres when
/// the cohort has at least two, pooled as for loco.
[[nodiscard]] Summary summarise_external(const ExternalResults& results,
                                         const SummaryOptions& options,
                                         Scheduler& scheduler);

/// Risk of the cause by each horizon without covariates (Aalen and Johansen): what `ipa` compares with.
/// Empty for outcomes without time.
[[nodiscard]] std::vector<double> null_risks(const Outcome& outcome,
                                             const CaseWeights& weights,
                                             std::span<const double> horizons,
                                             int cause);

} // namespace vigil
