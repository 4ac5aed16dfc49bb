// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/grow_tree.hpp"
#include "vigil/learn/learner.hpp"

namespace vigil::forest {

/// What a forest is grown from.
struct ForestInputs {
  const TrainingData& data;
  const FitItem& item;
  const SurvivalRows& rows;
  const ForestColumns& columns;
  const RankColumns& ranks;
  TreeOptions tree = {};
  Scheduler& scheduler;
};

} // namespace vigil::forest
