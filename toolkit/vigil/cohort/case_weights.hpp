// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace vigil {

/// Weight of each subject in one resample: times drawn (a count) and sampling weight (real), kept apart.
///
/// The product is what estimates use. `times` obeys the law "2 is the row twice"; the sampling weight enters
/// estimates but no count. A cheap handle: copies share their values.
class CaseWeights {
public:
  [[nodiscard]] static CaseWeights ones(Index subjects);
  [[nodiscard]] CaseWeights with_times(std::vector<std::uint32_t> times) const;
  [[nodiscard]] CaseWeights with_sampling(std::vector<double> weight) const;

  [[nodiscard]] Index subjects() const noexcept;
  [[nodiscard]] std::uint32_t times(Index subject) const noexcept;
  [[nodiscard]] double sampling(Index subject) const noexcept;
  [[nodiscard]] double operator[](Index subject) const noexcept;
  /// The products, one per subject.
  [[nodiscard]] std::span<const double> values() const noexcept;
  [[nodiscard]] double total() const noexcept;
  /// Subjects whose product is positive, ascending.
  [[nodiscard]] std::span<const Index> support() const noexcept;

private:
  struct Values;
  explicit CaseWeights(std::shared_ptr<const Values> values) : values_(std::move(values)) {}
  [[nodiscard]] static CaseWeights make(std::vector<std::uint32_t> times,
                                        std::vector<double> sampling);
  std::shared_ptr<const Values> values_;
};

} // namespace vigil
