// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/training_data.hpp"
#include "vigil/learn/preparation.hpp"
#include "vigil/numeric/dense.hpp"
#include "vigil/penalized/loss.hpp"
#include "vigil/penalized/penalty.hpp"

#include <span>
#include <vector>

namespace vigil::penalized {

constexpr Index panel_columns = 256; ///< markers that are prepared and multiplied together
constexpr Index panels_at_once = 4;

/// Ridge regression by the rows: Z (rows x p) holds the penalized columns, centred and scaled, V their factors.
///
///   minimise  -(1/W) log L(U a + Z b) + lambda / 2 sum_j v_j b_j^2
///
/// At the minimum b = V^-1 Z'r / (W lambda), r the derivative of log L by the linear predictor, so that Z b = K r /
/// (W lambda) with K = Z V^-1 Z'. With K = F F' it is the same to fit ridge with unit factors on the columns of F,
/// of which there are at most as many as rows. This class makes K and F in one pass over the matrix, and the
/// coefficients of all columns for any number of residuals in a second one.
///
/// order    the matrix is taken by panels of 256 markers, clinical columns first; panels are added in their order, by
///          tiles of 256 rows: bytes depend neither on blocks nor on threads
/// cost     rows^2 p flops for K, rows^3 / 3 for F, 2 rows p for the coefficients of one residual
/// source   Hoerl, Kennard 1970, Technometrics 12:55 (ridge); Saunders, Gammerman, Vovk 1998, ICML 15:515 (by the rows);
///          Hastie, Tibshirani 2004, Biostatistics 5:329 (any likelihood); checked by tests/property/ridge_dual_test
class RidgeDual {
public:
  /// factor: v of each column; 0 unpenalized, negative not kept. All must outlive the object.
  RidgeDual(const TrainingData& data,
            const Preparation& preparation,
            std::span<const double> factor,
            const Loss& loss);

  /// Whether a fit goes by the rows: l1_ratio 0, no finite limit, more penalized columns than rows.
  [[nodiscard]] static bool
  suits(const PenaltyOptions& penalty, std::span<const double> factor, Index rows);
  /// Most memory that one fit takes, beside what every fit takes. predicted: rows and subjects of predict_for().
  [[nodiscard]] static Index bytes(Index rows, Index predicted, Index columns, Index points);
  /// Throws ConfigError above 20,000 rows, and where it takes more than memory_bytes, at least 4 GiB.
  void check_size(Index points, Index memory_bytes) const;

  /// Linear predictors are wanted for these subjects too, and no coefficients. Before begin_kernel().
  void predict_for(std::span<const Index> subjects);
  [[nodiscard]] bool predicts() const noexcept { return predicts_; }
  [[nodiscard]] Index penalized_columns() const noexcept { return penalized_; }

  [[nodiscard]] bool has_kernel() const noexcept { return kernel_.columns() > 0; }
  /// From here on panels are added to K, until finish_kernel().
  void begin_kernel();
  /// Prepares the markers from `first` on (all subjects of one after another, as stored) as panel `place` of at most
  /// panels_at_once; for coefficients, multiplies them. Different places may be taken at the same time.
  void take_panel(Index place, Index first, std::span<const float> values);
  /// Parts of K that can be added to at the same time; none while coefficients are computed.
  [[nodiscard]] Index tiles() const noexcept;
  /// Adds the panels at places 0 .. panels - 1 to one tile of K.
  void add_to_tile(Index tile, Index panels);
  /// Returns F: rows x rank.
  [[nodiscard]] GrowingMatrix finish_kernel();

  /// K r / (W lambda): by row, then by further subject.
  [[nodiscard]] std::vector<double> linear_predictor(std::span<const double> residual,
                                                     double lambda) const;
  /// The subject of each of these.
  [[nodiscard]] std::span<const Index> subjects() const noexcept { return subjects_; }
  /// Largest sqrt(sum w z^2) of a penalized column: where a residual differs by d, its product with such a column
  /// differs by at most this times sqrt(sum d^2 / w).
  [[nodiscard]] double largest_norm() const noexcept { return largest_norm_; }

  /// From here on panels are multiplied with these residuals, by row, until finish_coefficients().
  void begin_coefficients(std::vector<std::vector<double>> residuals);
  /// b of a penalized column on the prepared scale, residual number `point`.
  [[nodiscard]] double coefficient(Index column, Index point, double lambda) const;
  void finish_coefficients();

private:
  struct Panel {
    GrowingMatrix values; ///< subjects() x columns: prepared, over the root of the factor
    std::vector<Index> columns = {}; ///< the penalized ones
    double largest_norm = 0.0;       ///< of all panels that were here
  };
  template <class Cell>
  void prepare(Panel& panel, Index first, Index count, const Cell& cell) const;
  void prepare_clinical(Panel& panel) const;
  void measure(Panel& panel) const;
  void multiply_residuals(const Panel& panel);

  const TrainingData& data_;
  const Preparation& preparation_;
  std::span<const double> factor_;
  const Loss& loss_;
  std::vector<Index> subjects_; ///< of the rows, then further ones
  bool predicts_ = false;
  Index penalized_ = 0;
  double largest_norm_ = 0.0;
  GrowingMatrix kernel_; ///< K, and below it the rows of further subjects
  std::vector<Panel> panels_;
  std::vector<std::vector<double>> residuals_; ///< none: panels are added to K
  std::vector<double> products_;               ///< (V^-1/2 Z)'r, columns x points
};

} // namespace vigil::penalized
