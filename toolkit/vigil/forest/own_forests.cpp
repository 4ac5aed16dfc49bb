// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/own_forests.hpp"

#include "vigil/forest/bag.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>

namespace vigil::forest {

namespace {

/// A grower of trees with what it needs to be asked about some of the rows.
struct Worker {
  TreeGrower grower;
  std::vector<std::uint32_t> rows = {}, leaf = {};
};

/// Nobody of the other half: rows that are drawn no times stay out of every bag.
SurvivalRows only_half(SurvivalRows rows, std::span<const std::uint8_t> first, bool want_first) {
  for (Index row = 0; row < rows.rows(); ++row) {
    if ((first[at(row)] != 0) != want_first) {
      rows.copies[at(row)] = 0;
    }
  }
  return rows;
}

} // namespace

ShadowMeans with_shadows(const OwnForest& own, const std::vector<ImportanceKind>& kinds) {
  const ForestInputs& inputs = own.inputs;
  const RankColumns doubled(inputs.ranks, own.key.child("rows"), inputs.scheduler);
  TreeOptions options = inputs.tree;
  options.features_per_split *= 2;
  ForestImportance importance(inputs.rows,
                              doubled,
                              {.kinds = kinds, .horizon = own.horizon},
                              own.trees,
                              inputs.scheduler.workers());
  std::vector<std::unique_ptr<Worker>> workers(at(inputs.scheduler.workers()));
  inputs.scheduler.for_each(own.trees, [&](Index number, Index worker) {
    auto& mine = workers[at(worker)];
    if (!mine) {
      mine = std::make_unique<Worker>(Worker{TreeGrower(inputs.rows, doubled, options)});
    }
    const RandomKey key = own.key.child("tree").child(number);
    const Tree tree = mine->grower.grow(key);
    importance.take(number,
                    worker,
                    {tree, mine->grower.out_of_bag(), mine->grower.leaf(), mine->grower.gains()},
                    key);
  });
  ShadowMeans means;
  for (const ImportanceKind kind : kinds) {
    (kind == ImportanceKind::permutation ? means.permutation : means.gains) =
        importance.means(kind);
  }
  return means;
}

ItemMeans held_out(const OwnForest& own) {
  const ForestInputs& inputs = own.inputs;
  const auto first = draw_half(inputs.rows.rows(), own.key.child("half"));
  const std::array halves{only_half(inputs.rows, first, true),
                          only_half(inputs.rows, first, false)};
  ForestImportance importance(inputs.rows,
                              inputs.ranks,
                              {.kinds = {ImportanceKind::permutation}, .horizon = own.horizon},
                              own.trees,
                              inputs.scheduler.workers());
  std::vector<std::array<std::unique_ptr<Worker>, 2>> workers(at(inputs.scheduler.workers()));
  inputs.scheduler.for_each(own.trees, [&](Index number, Index worker) {
    const std::size_t half = at(number % 2);
    auto& mine = workers[at(worker)].at(half);
    if (!mine) {
      mine =
          std::make_unique<Worker>(Worker{TreeGrower(halves.at(half), inputs.ranks, inputs.tree)});
    }
    const RandomKey key = own.key.child("tree").child(number);
    const Tree tree = mine->grower.grow(key);
    mine->rows.clear();
    mine->leaf.clear();
    const auto out = mine->grower.out_of_bag();
    for (std::size_t place = 0; place < out.size(); ++place) {
      if (halves.at(half).copies[out[place]] == 0) {
        mine->rows.push_back(out[place]);
        mine->leaf.push_back(mine->grower.leaf()[place]);
      }
    }
    importance.take(number, worker, {tree, mine->rows, mine->leaf}, key);
  });
  return importance.means(ImportanceKind::permutation);
}

std::vector<double> null_shares(std::span<const double> importance, std::vector<double> null) {
  if (null.empty()) {
    return std::vector<double>(importance.size(), std::numeric_limits<double>::quiet_NaN());
  }
  std::sort(null.begin(), null.end());
  std::vector<double> shares;
  for (const double value : importance) {
    const auto larger = null.end() - std::lower_bound(null.begin(), null.end(), value);
    shares.push_back(static_cast<double>(1 + larger) / static_cast<double>(1 + null.size()));
  }
  return shares;
}

std::vector<double> mirrored_null(std::span<const double> importance) {
  std::vector<double> null;
  for (const double value : importance) {
    if (value < 0.0) {
      null.push_back(value);
      null.push_back(-value);
    }
  }
  if (!null.empty()) {
    null.insert(null.end(), at(std::ranges::count(importance, 0.0)), 0.0);
  }
  return null;
}

} // namespace vigil::forest
