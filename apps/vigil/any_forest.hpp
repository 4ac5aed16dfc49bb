// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/error_curve.hpp"
#include "vigil/forest/forest_options.hpp"
#include "vigil/storage/record_file.hpp"
#include "vigil/storage/table_file.hpp"
#include "vigil/study/cohort_options.hpp"

#include "apps/vigil/prediction_table.hpp"
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

// What the verb forest does with a forest of any outcome: SurvivalForest, RegressionForest.
namespace vigil::app {

/// What a forest is grown on.
struct ForestRows {
  const TrainingData& data;
  const CaseWeights& weights;
};

/// The forest of all subjects. That of times is the one that vigil fit --learner survival-forest grows with the same options and
/// seed: its address is the same.
template <class Forest>
[[nodiscard]] Forest grow_forest(const ForestRows& rows,
                                 const Options& options,
                                 const forest::ForestOptions& forest_options,
                                 std::uint64_t seed,
                                 FitContext& context) {
  const auto preparations = fit_preparations(
      rows.data, {&rows.weights, 1}, preparation_options(options), context.scheduler);
  return Forest::grow(rows.data,
                      {.weights = rows.weights,
                       .preparation = preparations.front(),
                       .key = RandomKey(seed).child("final").child("fit").child(Forest::kind)},
                      forest_options,
                      context);
}

/// The forest's error; where there is no forest, why.
template <class Forest>
[[nodiscard]] forest::ErrorPoint final_error(const Forest& forest) {
  return forest.error().empty() ? forest::ErrorPoint::undefined(0, forest.reason())
                                : forest.error().back();
}

/// oob.tsv: as predictions.tsv, then trees: how many did not see the subject.
inline void write_out_of_bag(const Prediction& prediction,
                             const std::vector<Index>& trees,
                             const Cohort& cohort,
                             const std::filesystem::path& folder) {
  auto columns = prediction_columns(cohort, prediction);
  columns.push_back({"trees", trees});
  storage::write_table(folder / "oob.tsv", columns);
}

/// Writes the model file of a forest in pieces: a record of all trees would be a second copy of them.
/// whole: forest.record_without_trees() with what else the file is to hold.
template <class Forest>
void write_forest(const Forest& forest, const Record& whole, const std::filesystem::path& file) {
  constexpr Index at_once = 16; // trees
  const Index trees = size_of(forest.trees());
  storage::write_record(
      file,
      whole,
      {.parts = std::max<Index>(1, (trees + at_once - 1) / at_once), // without trees empty lists
       .part = [&](Index part) {
         return forest.tree_lists(part * at_once, std::min(at_once, trees - part * at_once));
       }});
}

} // namespace vigil::app
