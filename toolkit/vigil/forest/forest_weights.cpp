// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/forest_weights.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/forest/bag.hpp"
#include "vigil/forest/compared_rows.hpp"
#include "vigil/forest/key_text.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace vigil::forest {

namespace {

[[noreturn]] void refuse(std::string found) {
  throw InputError(
      {.where = "the training cohort",
       .found = std::move(found),
       .expected = "the cohort that the forest was grown on: the same subjects in the same order, "
                   "with the same outcome and columns",
       .remedy = "name that file, and read it with the same options",
       .problem = "cannot tell who is in which leaf"});
}

/// Whether the leaves have events at their times: at these alone, but for the gaps before anybody entered.
bool fits(const Tree& tree,
          const SurvivalRows& rows,
          std::span<const std::uint32_t> start,
          std::span<const std::uint32_t> member) {
  std::vector<std::uint32_t> times, jumps;
  for (Index leaf = 0; leaf < tree.leaves(); ++leaf) {
    times.clear();
    for (std::uint32_t place = start[at(leaf)]; place < start[at(leaf + 1)]; ++place) {
      const std::uint32_t row = member[place]; // ascending in time
      if ((rows.moment[row] & 1U) != 0 &&
          (times.empty() || times.back() != rows.passed[row] - 1U)) {
        times.push_back(rows.passed[row] - 1U);
      }
    }
    jumps.clear();
    tree.jump_time.append_to(jumps, tree.jump_start[at(leaf)], tree.jump_start[at(leaf + 1)]);
    jumps.erase(std::unique(jumps.begin(), jumps.end()), jumps.end()); // of several causes
    if (rows.entered.empty() ? !std::ranges::equal(times, jumps)
                             : !std::ranges::includes(jumps, times)) {
      return false;
    }
  }
  return true;
}

} // namespace

ForestWeights::ForestWeights(const SurvivalForest& forest,
                             const TrainingData& data,
                             const CaseWeights& weights,
                             Scheduler& scheduler)
    : forest_(forest), training_subjects_(data.subjects()), members_(forest.trees().size()) {
  const SurvivalRows rows = forest_rows(data.outcome, weights, {}, {});
  const GrownFrom& grown = forest.grown();
  if (rows.rows() != grown.subjects) {
    refuse(count_text(rows.rows()) + " subjects; the forest was grown on " +
           count_text(grown.subjects));
  }
  if (!std::ranges::equal(rows.event_time, forest.event_times())) {
    refuse("other event times");
  }
  if (members_.empty()) {
    return;
  }
  const CutColumns columns = forest.read_columns(data.covariates(), scheduler);
  const RandomKey key = key_of(grown.key), trees = key.child("tree");
  scheduler.for_each(size_of(members_), [&](Index number, Index) {
    const Tree& tree = forest_.trees()[at(number)];
    std::vector<std::uint32_t> copies, leaf(at(rows.rows())), row_of;
    const Index name = forest_.tree_numbers()[at(number)];
    draw_bag(rows,
             {.sample_fraction = grown.sample_fraction, .replace = grown.replace},
             trees.child(name),
             half_sample_key(key, name, grown.trees_per_half_sample),
             copies);
    Members& members = members_[at(number)];
    members.start.assign(at(tree.leaves() + 1), 0);
    std::vector<double> total(at(tree.leaves()), 0.0);
    const auto weight = [&](Index row) {
      return static_cast<double>(copies[at(row)]) * rows.sampling[at(row)];
    };
    for (Index row = 0; row < rows.rows(); ++row) {
      if (copies[at(row)] > 0) {
        leaf[at(row)] = static_cast<std::uint32_t>(columns.leaf_of(tree, rows.subject[at(row)]));
        ++members.start[leaf[at(row)] + 1U];
        total[leaf[at(row)]] += weight(row);
      }
    }
    std::partial_sum(members.start.begin(), members.start.end(), members.start.begin());
    row_of.resize(members.start.back());
    members.subject.resize(row_of.size());
    members.share.resize(row_of.size());
    std::vector<std::uint32_t> next(members.start.begin(), members.start.end());
    for (Index row = 0; row < rows.rows(); ++row) {
      if (copies[at(row)] > 0) {
        const std::uint32_t place = next[leaf[at(row)]]++;
        row_of[place] = static_cast<std::uint32_t>(row);
        members.subject[place] = static_cast<std::uint32_t>(rows.subject[at(row)]);
        members.share[place] = weight(row) / total[leaf[at(row)]];
      }
    }
    if (!fits(tree, rows, members.start, row_of)) {
      refuse("subjects whose events are not those of the leaves of tree " + number_text(name));
    }
  });
}

std::vector<std::vector<Neighbour>>
ForestWeights::nearest(const Covariates& covariates, Index most, Scheduler& scheduler) const {
  VIGIL_EXPECTS(most > 0);
  const Index subjects = covariates.subjects();
  std::vector<std::vector<Neighbour>> result(at(subjects));
  if (members_.empty()) {
    return result;
  }
  const CutColumns columns = forest_.read_columns(covariates, scheduler);
  const auto trees = static_cast<double>(members_.size());
  std::vector<std::vector<double>> sums(at(scheduler.workers()));
  scheduler.for_each(subjects, [&](Index subject, Index worker) {
    std::vector<double>& sum = sums[at(worker)];
    sum.resize(at(training_subjects_), 0.0);
    std::vector<Index> found;
    for (std::size_t number = 0; number < members_.size(); ++number) {
      const Members& members = members_[number];
      const Index leaf = columns.leaf_of(forest_.trees()[number], subject);
      for (auto place = members.start[at(leaf)]; place < members.start[at(leaf + 1)]; ++place) {
        const Index neighbour = members.subject[place];
        if (sum[at(neighbour)] == 0.0) {
          found.push_back(neighbour);
        }
        sum[at(neighbour)] += members.share[place];
      }
    }
    std::ranges::sort(found, [&](Index left, Index right) {
      return std::pair(-sum[at(left)], left) < std::pair(-sum[at(right)], right);
    });
    for (const Index neighbour : std::span(found).first(at(std::min(most, size_of(found))))) {
      result[at(subject)].push_back({neighbour, sum[at(neighbour)] / trees});
    }
    for (const Index neighbour : found) {
      sum[at(neighbour)] = 0.0;
    }
  });
  return result;
}

} // namespace vigil::forest
