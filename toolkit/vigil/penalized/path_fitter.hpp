// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/penalized/lambda_grid.hpp"
#include "vigil/penalized/path_fit.hpp"
#include "vigil/penalized/penalty.hpp"
#include "vigil/penalized/working_set.hpp"

#include <map>
#include <memory>
#include <span>
#include <vector>

namespace vigil::penalized {

/// Stored values of marker columns that some fit of a batch has asked for.
using MarkerColumns = std::map<Index, std::vector<float>>;

/// What a fit needs before it can go on: marker columns, or the products of one direction with all markers.
struct SweepRequest {
  std::vector<Index> columns = {};        ///< ascending
  std::span<const double> direction = {}; ///< one per subject, 0 = not present; empty: none
  [[nodiscard]] bool empty() const noexcept { return columns.empty() && direction.empty(); }
};

/// One path as a state machine: it stops only where it needs columns or products (see fit_paths).
///
/// At each lambda the working set holds the unpenalized columns, those with a coefficient, and those that the
/// sequential strong rule does not discard; it is solved, every other column is checked, and violators join until
/// there are none. The check covers all columns, so the rule costs time when it fails, never correctness.
///
/// source  Tibshirani, Bien, Friedman, Hastie, Simon, Taylor, Tibshirani 2012, J. R. Statist. Soc. B 74:245
class PathFitter {
public:
  PathFitter(const TrainingData& data,
             const FitItem& item,
             const PenaltyOptions& penalty,
             const LambdaGrid& grid);

  /// Goes on until something is needed (see request()), the path has `until` points, or it has ended.
  /// `columns` holds what was asked for before; products() was filled.
  void advance(const MarkerColumns& columns, Index until);
  [[nodiscard]] const SweepRequest& request() const noexcept { return request_; }
  /// Where the products of the direction belong: sum_i direction_i (x_i - centre) for each marker.
  [[nodiscard]] std::span<double> products() noexcept { return products_; }
  [[nodiscard]] const Preparation& preparation() const noexcept { return item_.preparation; }
  [[nodiscard]] const PathFit& path() const noexcept { return path_; }
  [[nodiscard]] const survival::CoxLikelihood& likelihood() const noexcept { return *likelihood_; }
  /// Linear predictor at prepared values by row, at the last point, without the offset.
  [[nodiscard]] std::vector<double> prepared_eta() const;
  /// False until the null model is fitted and the lambdas are known.
  [[nodiscard]] bool begun() const noexcept { return !lambda_.empty() || state_ == State::end; }
  /// All lambdas of the path, descending, solved or not; once begun.
  [[nodiscard]] std::span<const double> lambdas() const noexcept { return lambda_; }
  /// Other lambdas, descending; once begun, before the first point.
  void set_lambdas(std::span<const double> lambdas);

private:
  enum class State { start, null_model, first_gradient, next_point, solve, check, end };

  void ask_for_columns(std::vector<Index> columns);
  void ask_for_products();
  void gather(const MarkerColumns& columns);
  void take_gradient();
  void begin_path();
  void begin_point();
  void check_point();
  void record_point();
  [[nodiscard]] std::vector<Index> violators() const;
  [[nodiscard]] std::vector<Index> strongest(std::vector<Index> columns) const;
  [[nodiscard]] double lambda() const { return lambda_[at(path_.points())]; }

  const TrainingData& data_;
  const FitItem& item_;
  LambdaGrid grid_;
  double l1_ratio_;
  std::unique_ptr<const survival::CoxLikelihood> likelihood_;
  std::unique_ptr<WorkingSet> working_;
  std::vector<double> factor_;   ///< per column; -1: not kept
  std::vector<double> gradient_; ///< of (1/W) log L, per column, at the last check
  std::vector<double> products_, direction_;
  std::vector<bool> in_working_set_;
  std::vector<Index> joining_;
  std::vector<double> lambda_;
  Index iterations_ = 0;
  bool fewer_subjects_than_columns_ = false;
  State state_ = State::start;
  SweepRequest request_;
  PathFit path_;
};

} // namespace vigil::penalized
