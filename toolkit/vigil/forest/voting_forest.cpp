// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/voting_forest.hpp"

namespace vigil::forest {

Votes VotingForest::votes_of(const CutColumns& columns,
                             std::span<const Index> passed,
                             Index first,
                             Index count) const {
  Votes votes(count, size_of(passed));
  LeafVotes leaves;
  for (const Tree& tree : trees()) {
    leaves.take(tree, size_of(event_times_), passed);
    for (Index row = 0; row < count; ++row) {
      votes.add(row, leaves, columns.leaf_of(tree, first + row));
    }
  }
  votes.add_up();
  return votes;
}

} // namespace vigil::forest
