// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/training_data.hpp"
#include "vigil/forest/tree.hpp"
#include "vigil/learn/input_values.hpp"
#include "vigil/learn/learner.hpp"
#include "vigil/learn/subject_range.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace vigil::forest {

/// Values of the columns that a forest cuts, of subjects of a cohort: 8 bytes each.
class CutColumns {
public:
  /// Of all subjects. columns: as the trees number them, ascending; names: by these the cohort has them; levels: of
  /// categories, else empty. Throws InputError where it lacks one.
  CutColumns(const Covariates& covariates,
             std::span<const Index> columns,
             std::span<const std::string> names,
             std::span<const std::vector<std::string>> levels,
             Scheduler& scheduler);
  /// Of some subjects, who are numbered from 0. inputs: these columns.
  CutColumns(std::span<const Index> columns,
             const InputReader& inputs,
             const SubjectRange& subjects,
             Scheduler& scheduler);

  [[nodiscard]] Index subjects() const noexcept { return subjects_; }
  /// Of a column that some tree cuts; NaN is missing. Of a category as InputReader has it.
  [[nodiscard]] double value(std::uint32_t column, Index subject) const {
    return value_[at(place_[column] * subjects_ + subject)];
  }
  [[nodiscard]] bool goes_left(const Tree& tree, std::uint32_t node, Index subject) const {
    return tree.goes_left(node, value(tree.feature[node], subject));
  }
  [[nodiscard]] Index leaf_of(const Tree& tree, Index subject) const {
    if (tree.has_sets()) {
      return tree.leaf_of([&](std::uint32_t node) { return goes_left(tree, node, subject); });
    }
    return tree.leaf_of([&](std::uint32_t node) {
      return tree.number_goes_left(node, value(tree.feature[node], subject));
    });
  }

private:
  Index subjects_;
  std::vector<Index> place_;  ///< by column
  std::vector<double> value_; ///< column after column
};

/// Calls use(values, subjects) for the subjects of a cohort, so many at a time that their values take half of the memory
/// of the context, 256 at least. Of a streamed matrix each time is a pass.
/// checked by tests/unit/forest/cut_columns_test
void for_subject_blocks(
    const Covariates& covariates,
    std::span<const Index> columns,
    std::span<const std::string> names,
    std::span<const std::vector<std::string>> levels,
    FitContext& context,
    const std::function<void(const CutColumns& values, const SubjectRange& subjects)>& use);

} // namespace vigil::forest
