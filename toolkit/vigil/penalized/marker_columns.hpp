// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/feature_matrix.hpp"

#include <map>
#include <span>
#include <vector>

namespace vigil::penalized {

/// Stored values of the marker columns that a batch can read at once: all of a matrix in memory, else those that some
/// fit has asked for.
class MarkerColumns {
public:
  explicit MarkerColumns(const FeatureMatrix& features)
      : memory_(features.source().in_memory()), subjects_(features.subjects()) {}

  /// One value per subject; empty: not held.
  [[nodiscard]] std::span<const float> find(Index column) const {
    if (!memory_.empty()) {
      return memory_.subspan(at(column * subjects_), at(subjects_));
    }
    const auto found = held_.find(column);
    return found == held_.end() ? std::span<const float>{} : std::span<const float>(found->second);
  }
  [[nodiscard]] Index held() const noexcept { return size_of(held_); }
  void hold(Index column, std::span<const float> values) {
    held_.try_emplace(column, values.begin(), values.end());
  }

private:
  std::span<const float> memory_;
  Index subjects_;
  std::map<Index, std::vector<float>> held_;
};

} // namespace vigil::penalized
