// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/parallel/scheduler.hpp"
#include "vigil/simulate/net/patient.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace vigil::simulate::net {

/// What drives a block of features.
enum class BlockKind { metastatic, growth, subtype, proliferation, size, age, trap, null };
[[nodiscard]] std::string_view name_of(BlockKind kind) noexcept;

/// What a feature is to a discovery: of a block of the axes (direct) or of a subtype, with a loading of at least 0.35
/// and, there, a shift; of these blocks without them, which counts neither way (weak); a correlate of a clinical
/// column; a trap; or nothing.
enum class FeatureRole { direct, subtype, weak, clinical, trap, null };
[[nodiscard]] std::string_view name_of(FeatureRole role) noexcept;

/// Blocks that are not null, with these constants: 60 by default.
[[nodiscard]] Index planted_blocks(const Constants& constants);

/// Kind of each block. The planted ones come first, in an order drawn by seed; further traps after them.
[[nodiscard]] std::vector<BlockKind> block_plan(const Design& design);

/// What is fixed about one feature.
struct FeatureParameters {
  double mean = 0.0, loading = 0.0;
  Three subtype_shift{};              ///< delta by subtype
  Three platform_shift{};             ///< g by platform
  std::vector<double> centre_shift{}; ///< gamma by centre
  std::vector<double> noise{};        ///< e^sigma sqrt(1 - loading^2) by centre
};
[[nodiscard]] FeatureParameters
feature_parameters(const Design& design, BlockKind kind, Index feature);
[[nodiscard]] FeatureRole
feature_role(const Constants& constants, BlockKind kind, const FeatureParameters& parameters);

/// Molecular values of patients, made feature by feature, never held as a whole.
///
///   x_ij = mu_j + lambda_j F_ib + delta_(S_i, j) + g_(r, j) + gamma_(c, j) + e^(sigma_cj) sqrt(1 - lambda_j^2) t
///   F_ib = w D_i + sqrt(1 - w^2) xi_ib: D the standardised driver of the block (axis, ln Ki-67, ln size, age,
///   preference of the centre), xi standard normal, t Student's with 8 degrees of freedom and variance 1
///
/// x_ij is a function of (seed, constants, centres, i, j): the same for any number of patients and features. NaN where
/// a patient has no row. cost about 60 ns a value
/// checked by tests/unit/simulate/net_molecular_test
class MolecularMatrix {
public:
  /// `missing_row`: true for patients without molecular data. Everything passed must outlive the matrix.
  MolecularMatrix(const Design& design,
                  std::span<const Centre> centres,
                  std::span<const Patient> patients,
                  std::vector<bool> missing_row);

  /// Features [first, first + count), one after another, all patients each.
  void fill(Index first, Index count, std::span<float> values, Scheduler& scheduler) const;
  [[nodiscard]] const std::vector<BlockKind>& plan() const noexcept { return plan_; }

private:
  [[nodiscard]] std::vector<double> block_factor(Index block) const;
  [[nodiscard]] double driver(BlockKind kind, const Patient& patient) const;
  void fill_feature(Index feature, std::span<const double> factor, std::span<float> values) const;

  const Design& design_;
  std::span<const Centre> centres_;
  std::span<const Patient> patients_;
  std::vector<bool> missing_row_;
  std::vector<BlockKind> plan_;
};

} // namespace vigil::simulate::net
