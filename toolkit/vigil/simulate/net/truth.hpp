// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/parallel/scheduler.hpp"
#include "vigil/simulate/net/quality_of_life.hpp"

#include <array>
#include <span>
#include <vector>

namespace vigil::simulate::net {

inline constexpr std::array<double, 5> margins{0.0, 0.02, 0.05, 0.1, 0.2}; ///< in QALY
inline constexpr double high_early_recurrence = 0.15;

/// At the patient's own centre, or at the reference centre (quality 0).
enum class Version { own, reference };
inline constexpr std::array<Version, 2> versions{Version::own, Version::reference};
[[nodiscard]] std::string_view name_of(Version version) noexcept;

/// Means over the first and the second half of the draws: one chooses, the other one scores.
struct Halves {
  double first = 0.0, second = 0.0;
  [[nodiscard]] double mean() const noexcept { return 0.5 * (first + second); }
};

/// Expected QALY by arm at one horizon, under one set of utilities, in one version.
struct Expectation {
  Halves observe = {}, resect = {};
  double difference_se = 0.0; ///< of resect less observe
  Halves preoperative = {};   ///< therapy, then resection; equals resect where clearance is 0

  [[nodiscard]] double difference() const noexcept { return resect.mean() - observe.mean(); }
};

/// Probabilities of the disease's return by a horizon, before death, in one version.
struct Return {
  double observed = 0.0; ///< m: spread under observation
  double resected = 0.0; ///< r: recurrence after resection
};

/// What is expected of one patient; positions follow versions, utility sets and horizons.
struct PatientTruth {
  Index replicates = 0;
  std::vector<Expectation> expectation = {}; ///< version x utility set x horizon
  std::vector<Return> returns = {};          ///< version x horizon
  double early_recurrence = 0.0; ///< within 18 months of resection and before death, own centre
};

/// Positions in a PatientTruth.
struct TruthLayout {
  Index horizons = 0, utilities = 3;
  [[nodiscard]] Index expectation(Index version, Index utility, Index horizon) const noexcept {
    return (version * utilities + utility) * horizons + horizon;
  }
  [[nodiscard]] Index returns(Index version, Index horizon) const noexcept {
    return version * horizons + horizon;
  }
};

/// -1 observe, 0 neither, 1 resect: where the difference lies beyond the margin.
[[nodiscard]] int decision_class(double difference, double margin) noexcept;

/// Expectations of one patient over futures that share their draws between the arms; covariates, axes and growth
/// stay. Draws at least `replicates`, and on until the SE of each difference below 0.1 in absolute value is at most
/// `truth_error` (at most 400 times as many); halves are the even and the odd draws.
///
/// cost       about a microsecond per draw
/// checked by tests/unit/simulate/net_truth_test, tests/reference/net_truth_test
[[nodiscard]] PatientTruth patient_truth(const Design& design,
                                         const Patient& patient,
                                         const Centre& centre,
                                         const RandomKey& key);

/// The same of every patient; patient i has number i.
[[nodiscard]] std::vector<PatientTruth> truth_of(const Design& design,
                                                 std::span<const Centre> centres,
                                                 std::span<const Patient> patients,
                                                 Scheduler& scheduler);

} // namespace vigil::simulate::net
