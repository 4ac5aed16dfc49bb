// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/cut_columns.hpp"

#include "vigil/learn/input_values.hpp"

namespace vigil::forest {

CutColumns::CutColumns(const Covariates& covariates,
                       std::span<const Index> columns,
                       std::span<const std::string> names,
                       std::span<const std::vector<std::string>> levels,
                       Scheduler& scheduler)
    : subjects_(covariates.subjects()),
      place_(at(columns.empty() ? 0 : columns.back() + 1), no_index),
      value_(input_values(covariates, names, levels, scheduler)) {
  for (Index place = 0; place < size_of(columns); ++place) {
    place_[at(columns[at(place)])] = place;
  }
}

} // namespace vigil::forest
