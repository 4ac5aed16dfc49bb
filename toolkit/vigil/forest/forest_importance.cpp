// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/forest_importance.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

namespace vigil::forest {

// With x the value of a tree, and c what most trees have instead, sums over trees are those of c and a correction.
ItemMeans TreeValues::means(Index together) const {
  constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
  double count = 0.0, others = 0.0;
  std::vector<double> sum(at(items_), 0.0), squares(at(items_), 0.0);
  for (const Tree& tree : trees_) {
    count += tree.defined ? 1.0 : 0.0;
    others += tree.others;
    for (const Value& value : tree.values) {
      sum[value.item] += value.value - tree.others;
    }
  }
  ItemMeans result;
  for (const double each : sum) {
    result.mean.push_back(count > 0.0 ? (others + each) / count : not_a_number);
  }
  double others_squares = 0.0; // about the mean of the others
  const double centre = others / count;
  for (const Tree& tree : trees_) {
    if (tree.defined) {
      others_squares += (tree.others - centre) * (tree.others - centre);
    }
    for (const Value& value : tree.values) {
      const double own = value.value - centre, other = tree.others - centre;
      squares[value.item] += own * own - other * other;
    }
  }
  for (std::size_t item = 0; item < sum.size(); ++item) {
    const double shift = result.mean[item] - centre;
    const double about_mean = std::max(0.0, others_squares + squares[item] - count * shift * shift);
    result.se.push_back(count > 1.0 ? std::sqrt(about_mean / (count - 1.0) / count) : not_a_number);
  }
  if (together > 1) {
    result.se = means_of(together).means().se;
  }
  return result;
}

TreeValues TreeValues::means_of(Index together) const {
  TreeValues result(items_, (size_of(trees_) + together - 1) / together);
  for (Index group = 0; group < size_of(result.trees_); ++group) {
    const Index first = group * together;
    const auto some =
        std::span(trees_).subspan(at(first), at(std::min(together, size_of(trees_) - first)));
    double count = 0.0, others = 0.0;
    std::map<std::uint32_t, double> beyond; // by item: sum of what it has beyond the others
    for (const Tree& tree : some) {
      count += tree.defined ? 1.0 : 0.0;
      others += tree.others;
      for (const Value& value : tree.values) {
        beyond[value.item] += value.value - tree.others;
      }
    }
    std::vector<Value> values;
    values.reserve(beyond.size());
    for (const auto& [item, sum] : beyond) {
      values.push_back({item, (others + sum) / count});
    }
    if (count > 0.0) {
      result.set(group, others / count, std::move(values));
    }
  }
  return result;
}

/// What one thread works with.
class ForestImportance::Worker {
public:
  explicit Worker(const ForestImportance& forest)
      : plan_(forest.plan_), leaves_(forest.ranks_), alike_(forest.ranks_, forest.plan_.alike),
        loss_(forest.rows_, forest.plan_.horizon) {}

  /// False: what permutations lose is not defined for the tree.
  bool take(const OutOfBagTree& seen) {
    const bool permutes = std::ranges::any_of(plan_.kinds, is_permutation);
    leaves_.take(seen);
    return permutes && loss_.take(seen);
  }

  std::vector<TreeValues::Value> permutation(const RandomKey& key) {
    std::vector<TreeValues::Value> values;
    for (Index place = 0; place < size_of(leaves_.columns()); ++place) {
      values.push_back({leaves_.columns()[at(place)], lost(std::span(&place, 1), key)});
    }
    return values;
  }

  std::vector<TreeValues::Value> conditional(const OutOfBagTree& seen, const RandomKey& key) {
    alike_.take(seen, leaves_);
    std::vector<TreeValues::Value> values;
    for (Index place = 0; place < size_of(leaves_.columns()); ++place) {
      values.push_back(
          {leaves_.columns()[at(place)], lost(std::span(&place, 1), key, alike_.cells(place))});
    }
    return values;
  }

  std::vector<TreeValues::Value> grouped(const RandomKey& key) {
    const auto columns = leaves_.columns();
    std::vector<TreeValues::Value> values;
    for (std::size_t group = 0; group < plan_.groups.size(); ++group) {
      places_.clear();
      for (const std::uint32_t column : plan_.groups[group]) {
        const auto found = std::lower_bound(columns.begin(), columns.end(), column);
        if (found != columns.end() && *found == column) {
          places_.push_back(found - columns.begin());
        }
      }
      if (!places_.empty()) {
        values.push_back({static_cast<std::uint32_t>(group), lost(places_, key)});
      }
    }
    return values;
  }

  /// Of each column that is cut; deepest: depth of the deepest leaf.
  std::vector<TreeValues::Value> depths(const Tree& tree, Index& deepest) {
    const std::vector<Index> depth = tree.depths();
    deepest = 0;
    for (const Index each : depth) {
      deepest = std::max(deepest, each);
    }
    std::vector<TreeValues::Value> values;
    for (Index place = 0; place < size_of(leaves_.columns()); ++place) {
      Index least = deepest;
      for (const std::uint32_t node : leaves_.nodes(place)) {
        least = std::min(least, depth[node]);
      }
      values.push_back({leaves_.columns()[at(place)], static_cast<double>(least)});
    }
    return values;
  }

  /// Of each column that is cut, or whose shadow is: gains, less those of the shadow. columns: without shadows.
  std::vector<TreeValues::Value> corrected_gains(const OutOfBagTree& seen, Index columns) {
    const auto cut = leaves_.columns(); // ascending, shadows behind
    const Index own = std::lower_bound(cut.begin(), cut.end(), columns) - cut.begin();
    std::vector<TreeValues::Value> gains;
    for (Index place = 0; place < size_of(cut); ++place) {
      double sum = 0.0;
      for (const std::uint32_t node : leaves_.nodes(place)) {
        sum += seen.gain[node];
      }
      const auto column =
          static_cast<std::uint32_t>(place < own ? cut[at(place)] : cut[at(place)] - columns);
      const auto found = std::lower_bound(cut.begin(), cut.begin() + own, column) - cut.begin();
      if (place < own) {
        gains.push_back({column, sum});
      } else if (found < own && cut[at(found)] == column) {
        gains[at(found)].value -= sum;
      } else {
        gains.push_back({column, -sum});
      }
    }
    return gains;
  }

private:
  static bool is_permutation(ImportanceKind kind) {
    return kind == ImportanceKind::permutation || kind == ImportanceKind::grouped ||
           kind == ImportanceKind::conditional;
  }
  double lost(std::span<const Index> places,
              const RandomKey& key,
              std::span<const std::uint32_t> cells = {}) {
    const Index first = leaves_.columns()[at(places.front())];
    return loss_.increase(leaves_.permute(places, key.child(first), cells));
  }

  const ImportancePlan& plan_;
  PermutedLeaves leaves_;
  AlikeCells alike_;
  TreeLoss loss_;
  std::vector<Index> places_;
};

ForestImportance::ForestImportance(const SurvivalRows& rows,
                                   const RankColumns& ranks,
                                   ImportancePlan plan,
                                   Index trees,
                                   Index workers)
    : rows_(rows), ranks_(ranks), plan_(std::move(plan)), workers_(at(workers)) {
  for (const ImportanceKind kind : plan_.kinds) {
    values_.emplace_back(kind == ImportanceKind::grouped              ? size_of(plan_.groups)
                         : kind == ImportanceKind::impurity_corrected ? ranks.columns() / 2
                                                                      : ranks.columns(),
                         trees);
  }
}

ForestImportance::~ForestImportance() = default;

void ForestImportance::take(Index number,
                            Index worker,
                            const OutOfBagTree& seen,
                            const RandomKey& key) {
  auto& mine = workers_[at(worker)];
  if (!mine) {
    mine = std::make_unique<Worker>(*this);
  }
  const bool defined = mine->take(seen);
  const RandomKey address = key.child("importance");
  for (std::size_t kind = 0; kind < values_.size(); ++kind) {
    switch (plan_.kinds[kind]) {
    case ImportanceKind::permutation:
      if (defined) {
        values_[kind].set(number, 0.0, mine->permutation(address));
      }
      break;
    case ImportanceKind::conditional:
      if (defined) {
        values_[kind].set(number, 0.0, mine->conditional(seen, address));
      }
      break;
    case ImportanceKind::grouped:
      if (defined) {
        values_[kind].set(number, 0.0, mine->grouped(address));
      }
      break;
    case ImportanceKind::impurity_corrected:
      values_[kind].set(number, 0.0, mine->corrected_gains(seen, ranks_.columns() / 2));
      break;
    case ImportanceKind::minimal_depth: {
      Index deepest = 0;
      auto depths = mine->depths(seen.tree, deepest);
      values_[kind].set(number, static_cast<double>(deepest + 1), std::move(depths));
      break;
    }
    case ImportanceKind::shadow:
    case ImportanceKind::hold_out:
      VIGIL_EXPECTS(false); // by other kinds in forests of their own (own_forests)
    }
  }
}

ItemMeans ForestImportance::means(ImportanceKind kind) const {
  const auto found = std::ranges::find(plan_.kinds, kind);
  VIGIL_EXPECTS(found != plan_.kinds.end());
  return values_[static_cast<std::size_t>(found - plan_.kinds.begin())].means(
      plan_.trees_per_half_sample);
}

} // namespace vigil::forest
