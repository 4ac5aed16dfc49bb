// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/simulate/net/cohort.hpp"

#include <string>
#include <vector>

namespace vigil::simulate::net {

/// What a rule may look at: columns known before surgery, or these and all that the molecular features could tell
/// (subtype and both axes, where a patient has a molecular row).
enum class Observable { clinical, molecular };
[[nodiscard]] std::string_view name_of(Observable observable) noexcept;

/// Difference in expected QALY (resect less observe) that the best linear rule predicts from observable columns, by
/// patient, learned from the first and from the second half of the draws.
struct ObservableRule {
  std::vector<Halves> difference = {};
  std::string undefined_because = {}; ///< empty: defined
};

/// The attainable ceiling: least squares of the expected difference on observable columns, trained on the other half
/// of the patients (even and odd numbers; functioning tumours left out) and on one half of the draws, so that it can
/// be scored on the other one.
///
///   ls, ls^2, lk, ls lk, nodes on images, duct, age, age ls, CCI, head, symptoms, male, BMI, functioning,
///   indicators of missing EUS Ki-67, duct and nodes; molecular: row, and row x (subtype, axes) x (1, ls), row x subtype
///   x age
///   lk is ln(EUS Ki-67 / 2); missing values count as the mean of the known ones
///
/// returns    undefined with fewer than ten training patients per column
/// cost       O(n k^2)
/// checked by tests/unit/simulate/net_truth_test
class ObservableRules {
public:
  ObservableRules(const Cohort& cohort, Observable observable);
  /// `cell`: position in PatientTruth::expectation.
  [[nodiscard]] ObservableRule learn(std::span<const PatientTruth> truth, Index cell) const;

private:
  [[nodiscard]] std::vector<double>
  fit(std::span<const PatientTruth> truth, Index cell, Index fold, bool first_half) const;
  [[nodiscard]] double predicted(std::span<const double> coefficients, Index patient) const;

  Index patients_ = 0, columns_ = 0;
  std::vector<double> values_; ///< patient after patient
  std::vector<bool> trains_;
};

} // namespace vigil::simulate::net
