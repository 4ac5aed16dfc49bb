// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/cut_columns.hpp"

#include <algorithm>

namespace vigil::forest {

CutColumns::CutColumns(const Covariates& covariates,
                       std::span<const Index> columns,
                       std::span<const std::string> names,
                       std::span<const std::vector<std::string>> levels,
                       Scheduler& scheduler)
    : CutColumns(columns,
                 InputReader(covariates, names, levels),
                 {.count = covariates.subjects()},
                 scheduler) {}

CutColumns::CutColumns(std::span<const Index> columns,
                       const InputReader& inputs,
                       const SubjectRange& subjects,
                       Scheduler& scheduler)
    : subjects_(subjects.count), place_(at(columns.empty() ? 0 : columns.back() + 1), no_index),
      value_(inputs.read(subjects, scheduler)) {
  for (Index place = 0; place < size_of(columns); ++place) {
    place_[at(columns[at(place)])] = place;
  }
}

void for_subject_blocks(
    const Covariates& covariates,
    std::span<const Index> columns,
    std::span<const std::string> names,
    std::span<const std::vector<std::string>> levels,
    FitContext& context,
    const std::function<void(const CutColumns& values, const SubjectRange& subjects)>& use) {
  constexpr Index least = 256;
  const InputReader inputs(covariates, names, levels);
  const Index subjects = covariates.subjects();
  const Index subject_bytes = 8 * std::max<Index>(1, size_of(columns));
  const Index at_once = std::max(least, context.memory_bytes / 2 / subject_bytes);
  for (Index first = 0; first < subjects; first += at_once) {
    const SubjectRange some{.first = first, .count = std::min(at_once, subjects - first)};
    use(CutColumns(columns, inputs, some, context.scheduler), some);
  }
}

} // namespace vigil::forest
