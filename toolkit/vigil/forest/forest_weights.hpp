// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/survival_forest.hpp"

#include <span>
#include <vector>

namespace vigil::forest {

/// A training subject and its weight in what the forest says of another subject.
struct Neighbour {
  Index subject = 0; ///< of the training data
  double weight = 0.0;

  [[nodiscard]] friend bool operator==(const Neighbour&, const Neighbour&) noexcept = default;
};

/// Forest weights: how much each training subject counts in the leaves that a subject falls into.
///
///   weight of i for x = mean over trees of 1(i in the bag and in the leaf of x) w_i / (sum of w over the leaf),
///   w_i = copies in the bag x sampling weight
///
/// The weights of a subject sum to 1. Any mean of leaves is the weighted mean of the training subjects: of one tree the
/// Nelson-Aalen estimate with these weights is the leaf's; of several trees the forest is the mean of such estimates, not
/// the estimate with the mean weights. A training subject counts in its own leaves too.
///
/// A model does not hold who was in the bag: it is drawn again, at the addresses of the trees.
///
/// cost     the drop of the training data through all trees, then of each subject, with its leaves' members
/// memory   12 bytes x trees x subjects in the bag
/// source   Meinshausen 2006, J. Mach. Learn. Res. 7:983; Athey, Tibshirani, Wager 2019, Ann. Statist. 47:1148;
///          checked by tests/unit/forest/forest_weights_test
class ForestWeights {
public:
  /// data, weights: those that the forest was grown on. Throws InputError where they cannot be: the leaves of every tree
  /// must have events at their times. forest must stay.
  ForestWeights(const SurvivalForest& forest,
                const TrainingData& data,
                const CaseWeights& weights,
                Scheduler& scheduler);

  /// For each subject of a cohort the training subjects of largest weight, at most so many: by weight, of equal ones in
  /// the order of the training data.
  [[nodiscard]] std::vector<std::vector<Neighbour>>
  nearest(const Covariates& covariates, Index most, Scheduler& scheduler) const;

private:
  struct Members { ///< of one tree, leaf after leaf
    std::vector<std::uint32_t> start, subject;
    std::vector<double> share; ///< of the leaf
  };

  const SurvivalForest& forest_;
  Index training_subjects_;
  std::vector<Members> members_; ///< by tree
};

} // namespace vigil::forest
