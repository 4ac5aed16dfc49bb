// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/penalized/group_penalty.hpp"
#include "vigil/penalized/lambda_grid.hpp"
#include "vigil/penalized/loss.hpp"
#include "vigil/penalized/marker_bounds.hpp"
#include "vigil/penalized/marker_columns.hpp"
#include "vigil/penalized/marker_norms.hpp"
#include "vigil/penalized/path_fit.hpp"
#include "vigil/penalized/penalty.hpp"
#include "vigil/penalized/residual_subspace.hpp"
#include "vigil/penalized/ridge_dual.hpp"
#include "vigil/penalized/working_set.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace vigil::penalized {

/// What a fit needs from the matrix before it can go on.
struct SweepRequest {
  std::vector<Index> columns = {}; ///< markers to be held, ascending
  struct Check {
    Index marker = 0, number = 0; ///< number: of the answer
  };
  std::vector<Check> checks = {}; ///< markers whose product with the residual is wanted, ascending
  std::span<const float> sweep =
      {};              ///< one per subject: its products with all markers are wanted; empty: none
  bool panels = false; ///< all markers are wanted, by panels (RidgeDual)
  [[nodiscard]] bool empty() const noexcept {
    return columns.empty() && checks.empty() && sweep.empty() && !panels;
  }
};

/// One path as a state machine: it stops only where it needs the matrix (see fit_paths).
///
/// At each lambda the working set is solved loosely and columns that the residual subspace points to join; then those
/// whose exact products violate join, until there are none. Solved to the goal, every other column is shown to stay at
/// zero, by its bound or by its exact product; violators join again. No column is ever left out for good. With groups
/// all this is said of groups: one joins, is checked and leaves as a whole.
///
/// Ridge with more penalized columns than subjects goes by the rows instead (RidgeDual, path_fitter_ridge.cpp).
class PathFitter {
public:
  /// prepared_on: the weights of the item's preparation. directions: most of the residual subspace.
  PathFitter(const TrainingData& data,
             const FitItem& item,
             const CaseWeights& prepared_on,
             const PenaltyOptions& penalty,
             const LambdaGrid& grid,
             Index directions);

  /// Goes on until something is needed (see request()), the path has `until` points, or it has ended. What was asked
  /// for before has been answered.
  void advance(const MarkerColumns& columns, Index until);
  [[nodiscard]] const SweepRequest& request() const noexcept { return request_; }
  /// Answers for the markers of a block: their products with the sweep; for one marker: its product with the residual.
  void answer_sweep(const ColumnBlock& block, std::span<const double> products);
  /// Fetches what the answer for these markers is made of into the processor's near memory.
  void fetch_answer(Index first, Index count);
  void answer_check(Index number, std::span<const float> column);
  /// The same for panels: see RidgeDual.
  void take_panel(Index place, Index first, std::span<const float> values);
  [[nodiscard]] Index panel_tiles() const;
  void add_panels(Index tile, Index panels);

  [[nodiscard]] const Preparation& preparation() const noexcept { return item_.preparation; }
  [[nodiscard]] const PenaltyOptions& penalty() const noexcept { return penalty_; }
  [[nodiscard]] const PathFit& path() const noexcept { return path_; }
  [[nodiscard]] const Loss& loss() const noexcept { return *loss_; }
  /// Linear predictor at prepared values by row, at the last point, without offset and intercept.
  [[nodiscard]] std::vector<double> prepared_eta() const;
  /// False until the null model is fitted and the lambdas are known.
  [[nodiscard]] bool begun() const noexcept { return !lambda_.empty() || state_ == State::end; }
  /// All lambdas of the path, descending, solved or not; once begun.
  [[nodiscard]] std::span<const double> lambdas() const noexcept { return lambda_; }
  /// Other lambdas, descending; once begun, before the first point.
  void set_lambdas(std::span<const double> lambdas);

  /// Null where the fit does not go by the rows.
  [[nodiscard]] const RidgeDual* dual() const noexcept { return dual_.get(); }
  /// A fit by the rows may serve to predict alone: its path then lists unpenalized coefficients only, the intercept
  /// is that at the centres of the others, and dual_predictor() has their part for the rows and these subjects. Does
  /// nothing for other fits.
  void predict_for(std::span<const Index> subjects);
  /// sum over the penalized columns of coefficient (x' - centre), for each of dual()->subjects().
  [[nodiscard]] std::vector<double> dual_predictor(Index point) const;

private:
  enum class State {
    start,
    null_model,
    null_swept,
    null_checked,
    next_point,
    rough,
    tight,
    swept,
    checked,
    ridge_kernel,
    ridge_factor,
    ridge_coefficients,
    ridge_taken,
    end
  };

  void go_on(const MarkerColumns& held);
  void ask_for_columns(std::vector<Index> columns, const MarkerColumns& held);
  void gather(const MarkerColumns& held);
  void ask_for_sweep(std::span<const double> direction, double norm);
  void ask_for_checks(std::vector<Index> columns, double limit, const MarkerColumns& held);
  void solve_null_model();
  void look_for_largest(const MarkerColumns& held);
  void begin_path();
  void begin_point();
  void add_candidates(const MarkerColumns& held);
  [[nodiscard]] std::optional<std::vector<Index>>
  open_columns(double limit, double slack, double most);
  void certify(const MarkerColumns& held);
  void take_checks(const MarkerColumns& held);
  void give_up();
  /// Gives back what only further points need.
  void release();
  void record_point(double violation);
  /// What is known of a point by the rows before its coefficients are.
  struct RidgePoint {
    double lambda = 0.0, intercept = 0.0, objective = 0.0, explained = 0.0, violation = 0.0;
    Index iterations = 0;
    std::vector<double> residual = {}, unpenalized = {};
  };
  void go_on_by_rows();
  void begin_ridge_point();
  void add_factor();
  void solve_ridge_point();
  [[nodiscard]] double ridge_violation(double of_rows) const;
  [[nodiscard]] Index unpenalized_columns() const;
  void ask_for_coefficients();
  void record_ridge_points();
  void add_coefficients(const RidgePoint& solved, Index number);
  void split_residual();
  [[nodiscard]] MarkerBounds::Question question(double limit) const;
  [[nodiscard]] std::vector<Index>
  movable(std::vector<Index> markers, double limit, double rest_norm, double slack) const;
  void take_product(Index number, std::span<const float> column, double product);
  void take_products(std::span<const Index> numbers,
                     std::span<const float* const> columns,
                     std::span<const double> products);
  void remember_checks();
  [[nodiscard]] std::vector<Index> strongest(std::vector<std::pair<double, Index>> columns) const;
  [[nodiscard]] double lambda() const { return lambda_[at(solved_points())]; }
  [[nodiscard]] Index solved_points() const noexcept { return path_.points() + size_of(pending_); }
  [[nodiscard]] Strength strength() const {
    return {.lambda = lambda(),
            .l1_ratio = penalty_.l1_ratio,
            .largest_lambda = path_.largest_lambda,
            .shape = penalty_.shape()};
  }
  [[nodiscard]] Index markers() const noexcept { return data_.features.features(); }
  [[nodiscard]] double exact_gradient(Index column, std::span<const float> stored) const;
  // by group (path_fitter_groups.cpp)
  void gather_bounds(Index group, double rest_norm, double slack, double side);
  [[nodiscard]] double surely_largest(double slack);
  [[nodiscard]] std::vector<std::pair<double, Index>>
  groups_over(double limit, double rest_norm, double slack);
  [[nodiscard]] std::vector<Index> ask_about_groups(double limit, double slack);
  [[nodiscard]] std::span<const double> checked_gradient(Index group);
  [[nodiscard]] double largest_of_groups();
  [[nodiscard]] std::vector<Index>
  strongest_groups(std::span<const std::pair<double, Index>> groups) const;
  [[nodiscard]] double surely_zero(Index marker) const;
  void keep_groups_together();

  const TrainingData& data_;
  const FitItem& item_;
  const PenaltyOptions& penalty_;
  LambdaGrid grid_;
  std::unique_ptr<const Loss> loss_;
  std::unique_ptr<WorkingSet> working_; ///< null, as all that serves it, after release()
  std::unique_ptr<ResidualSubspace> subspace_;
  std::unique_ptr<RidgeDual> dual_;
  std::vector<RidgePoint> pending_;                ///< solved by the rows, not yet in the path
  std::vector<std::vector<double>> past_residual_; ///< of each point, where the fit predicts
  ResidualSubspace::Split split_;
  std::vector<double> factor_;       ///< per column; -1: not kept
  std::vector<float> marker_factor_; ///< the same of markers; huge: not kept
  GroupMap groups_;                  ///< empty without groups
  std::vector<Index> check_groups_;  ///< whose members are checked
  std::vector<double> members_;      ///< scratch: a value for each member of a group
  MarkerNorms norms_;
  std::vector<std::uint8_t> in_working_set_;
  std::vector<double> residual_;    ///< by subject
  std::vector<float> sweep_;        ///< by subject
  std::vector<double> exact_sweep_; ///< the same in double
  double sweep_sum_ = 0.0;
  std::vector<float> residual_float_; ///< the residual of the checks, by subject
  double residual_sum_ = 0.0, check_limit_ = 0.0, check_slack_ = 0.0;
  std::vector<Index> joining_;
  std::vector<Index> checks_; ///< columns whose exact gradient was asked for
  std::vector<double> check_gradient_;
  std::vector<double> check_bound_; ///< at least the absolute product with the residual
  MarkerBounds bounds_;
  std::vector<double> last_eta_; ///< prepared_eta(), after release()
  std::vector<Index> idle_;      ///< by place of the working set: points without a coefficient
  std::vector<double> lambda_;
  Index iterations_ = 0, rounds_ = 0;
  double goal_ = 0.0; ///< of the working set, in this round
  double working_violation_ = 0.0;
  bool fewer_subjects_than_columns_ = false;
  State state_ = State::start;
  SweepRequest request_;
  PathFit path_;
};

} // namespace vigil::penalized
