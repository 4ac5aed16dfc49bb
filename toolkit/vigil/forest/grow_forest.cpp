// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/grow_forest.hpp"

#include "vigil/forest/ranking_error.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <mutex>
#include <utility>

namespace vigil::forest {

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr Index most_vote_bytes = Index{32} << 20;

/// The trees grown so far with their votes.
class Growing {
public:
  explicit Growing(const GrowthPlan& plan)
      : plan_(plan), inputs_(plan.inputs), key_(plan.inputs.item.key.child("tree")),
        workers_(at(plan.inputs.scheduler.workers())) {
    const Votes none(
        inputs_.rows.rows(), size_of(plan.passed), plan.curve != nullptr ? ErrorCurve::groups : 1);
    // a table of votes for each worker, or where these would be large one for all
    apart_ = size_of(workers_) * none.bytes() <= most_vote_bytes;
    votes_.assign(apart_ ? workers_.size() : 1, none);
  }

  void grow_to(Index trees) {
    const Index first = size_of(trees_);
    trees_.resize(at(trees));
    inputs_.scheduler.for_each(trees - first,
                               [&](Index task, Index worker) { grow(first + task, worker); });
  }
  // Out-of-bag scores of uncut trees differ by who was drawn alone, and so order subjects against their own outcomes: C would be
  // near 0.
  [[nodiscard]] ErrorPoint error() const {
    MortalityVotes sum = votes_.front().mortality();
    for (std::size_t table = 1; table < votes_.size(); ++table) {
      sum.add(votes_[table].mortality());
    }
    ErrorPoint point = plan_.curve->look(size_of(trees_), sum, inputs_.scheduler);
    if (uncut() && plan_.curve->compares_pairs()) {
      point.concordance = point.se = point.bias = not_a_number;
      point.undefined_because = "no tree cuts any column";
    }
    return point;
  }
  /// Whether no tree cuts any column.
  [[nodiscard]] bool uncut() const {
    return std::ranges::all_of(trees_, [](const Tree& tree) { return tree.leaves() == 1; });
  }
  [[nodiscard]] std::vector<Tree> take_trees() { return std::move(trees_); }
  [[nodiscard]] Votes take_votes() {
    for (std::size_t table = 1; table < votes_.size(); ++table) {
      votes_.front().add(votes_[table]);
    }
    votes_.front().add_up();
    return std::move(votes_.front());
  }

private:
  struct Worker {
    TreeGrower grower;
    LeafVotes leaves = {};
  };

  void grow(Index place, Index worker) {
    auto& mine = workers_[at(worker)];
    if (!mine) {
      mine =
          std::make_unique<Worker>(Worker{TreeGrower(inputs_.rows, inputs_.ranks, inputs_.tree)});
    }
    const Index number = plan_.first_tree + place;
    const RandomKey key = key_.child(number);
    Tree tree = mine->grower.grow(
        key, half_sample_key(inputs_.item.key, number, plan_.trees_per_half_sample));
    mine->leaves.take(
        tree, size_of(inputs_.rows.event_time), plan_.passed, inputs_.rows.of_interest);
    const auto rows_out = mine->grower.out_of_bag();
    if (plan_.importance != nullptr) {
      plan_.importance->take(place, worker, {tree, rows_out, mine->grower.leaf()}, key);
    }
    trees_[at(place)] = std::move(tree);
    std::unique_lock lock(voting_, std::defer_lock);
    if (!apart_) {
      lock.lock();
    }
    Votes& table = votes_[apart_ ? at(worker) : 0];
    const Index group = plan_.curve != nullptr ? plan_.curve->group_of(number) : 0;
    for (std::size_t row = 0; row < rows_out.size(); ++row) {
      table.add(rows_out[row], mine->leaves, mine->grower.leaf()[row], group);
    }
  }

  const GrowthPlan& plan_;
  const ForestInputs& inputs_;
  const RandomKey key_;
  std::vector<std::unique_ptr<Worker>> workers_;
  bool apart_ = true;
  std::vector<Votes> votes_;
  std::mutex voting_;
  std::vector<Tree> trees_;
};

/// Of few trees the error is itself a guess.
constexpr Index least_trees = 100;

} // namespace

GrownTrees grow_trees(const GrowthPlan& plan) {
  Growing growing(plan);
  std::vector<ErrorPoint> error;
  if (plan.curve == nullptr) {
    growing.grow_to(plan.trees);
  } else {
    for (const Index trees : error_schedule(plan.trees, plan.trees_per_half_sample)) {
      growing.grow_to(trees);
      error.push_back(growing.error());
      if (plan.importance != nullptr && plan.ranked) {
        error.back().ranking = ranking_error(plan.importance->means(*plan.ranked),
                                             *plan.ranked == ImportanceKind::minimal_depth);
      }
      const bool enough = plan.targets.met_by(error.back()) || growing.uncut();
      if (plan.targets.any() && trees >= least_trees && enough) {
        break;
      }
    }
  }
  return {.trees = growing.take_trees(), .error = std::move(error), .votes = growing.take_votes()};
}

} // namespace vigil::forest
