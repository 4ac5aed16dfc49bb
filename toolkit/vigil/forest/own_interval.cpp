// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/own_interval.hpp"

#include "vigil/numeric/tail.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::forest {

namespace {

double real(GroupSpread::Wide value) {
  return static_cast<double>(value);
}

/// Places of the first trees of the half samples that are complete; the others follow each of them.
std::vector<Index> complete_groups(std::span<const Index> number, Index each) {
  std::vector<Index> first;
  for (Index place = 0; place + each <= size_of(number);) {
    const Index tree = number[at(place)];
    const bool complete = tree % each == 0 && number[at(place + each - 1)] == tree + each - 1;
    if (complete) {
      first.push_back(place);
    }
    place += complete ? each : 1;
  }
  return first;
}

std::string why_undefined(const SurvivalForest& forest, Index groups) {
  if (forest.status() == FitStatus::undefined) {
    return forest.reason();
  }
  if (forest.grown().trees_per_half_sample < 2) {
    return "the forest has no half samples of two trees or more (--trees-per-half-sample)";
  }
  return groups == 0   ? "no half sample with all of its trees"
         : groups == 1 ? "one half sample alone"
                       : "";
}

/// Adds what one tree says of a subject at each of the times, which are ascending.
void add_survival(const LeafVotes& leaves, Index leaf, std::span<GroupSpread> times) {
  const auto changes = leaves.changes(leaf);
  std::int64_t survival = LeafVotes::alive;
  std::size_t change = 0;
  for (std::size_t time = 0; time < times.size(); ++time) {
    for (; change < changes.size() && changes[change].time == time; ++change) {
      survival += changes[change].by;
    }
    times[time].add(survival);
  }
}

} // namespace

// G sum K_g^2 - (sum K_g)^2 over G (G - 1) L^2, K_g the sum of a group.
double GroupSpread::between() const {
  const auto groups = static_cast<double>(groups_), each = static_cast<double>(each_);
  const Wide squares = groups_ * group_squares_ - Wide{sum_} * sum_;
  return real(squares) / (groups * (groups - 1.0) * each * each);
}

double GroupSpread::within() const {
  const auto groups = static_cast<double>(groups_), each = static_cast<double>(each_);
  return real(each_ * squares_ - group_squares_) / (each * groups * (each - 1.0));
}

namespace {

/// The trees of a forest in their half samples.
class HalfSamples {
public:
  explicit HalfSamples(const SurvivalForest& forest)
      : forest_(forest), each_(std::max<Index>(2, forest.grown().trees_per_half_sample)),
        first_tree_(complete_groups(forest.tree_numbers(), each_)) {}

  [[nodiscard]] Index groups() const { return size_of(first_tree_); }
  [[nodiscard]] double each() const { return static_cast<double>(each_); }

  /// How survival at each of the times spreads, subject after subject. passed: as of LeafVotes.
  [[nodiscard]] std::vector<GroupSpread> spreads(const CutColumns& columns,
                                                 std::span<const Index> passed,
                                                 const SubjectRange& some) const {
    const Index times = size_of(passed);
    std::vector<GroupSpread> spreads(at(some.count * times), GroupSpread(each_));
    LeafVotes leaves;
    const VotingForest forest = forest_;
    for (const Index first : first_tree_) {
      for (const Tree& tree : forest.trees().subspan(at(first), at(each_))) {
        forest.take(leaves, tree, passed);
        for (Index row = 0; row < some.count; ++row) {
          const Index leaf = columns.leaf_of(tree, some.first + row);
          add_survival(leaves, leaf, std::span(spreads).subspan(at(row * times), at(times)));
        }
      }
      std::ranges::for_each(spreads, &GroupSpread::close_group);
    }
    return spreads;
  }

private:
  const SurvivalForest& forest_;
  Index each_;
  std::vector<Index> first_tree_;
};

/// Standard error of the average of a forest, and how well it is known.
struct AverageError {
  double se, degrees;
  bool floored;

  AverageError(const GroupSpread& spread, const HalfSamples& halves) {
    constexpr double unit = 0x1p-60; // of a squared vote
    const auto groups = static_cast<double>(halves.groups());
    const double between = unit * spread.between();
    const double of_trees = unit * spread.within() / halves.each();
    floored = between < of_trees;
    const double square = std::max(0.0, between - of_trees) + between / groups;
    se = std::sqrt(square);
    const double more = (1.0 + 1.0 / groups) * between;
    const double noise =
        more * more / (groups - 1.0) + of_trees * of_trees / (groups * (halves.each() - 1.0));
    degrees = noise > 0.0 ? std::max(1.0, square * square / noise) : 1.0;
  }
  [[nodiscard]] double reach(double level) const {
    return student_t_quantile(0.5 + level / 2.0, degrees) * se;
  }
};

} // namespace

OwnInterval own_interval(const SurvivalForest& forest,
                         const Covariates& covariates,
                         std::span<const double> horizons,
                         double level,
                         FitContext& context) {
  VIGIL_EXPECTS(level > 0.0 && level < 1.0);
  const Index subjects = covariates.subjects(), times = size_of(horizons);
  const HalfSamples halves(forest);
  const RiskTable undefined = undefined_risk(subjects, horizons);
  OwnInterval result{.se = undefined,
                     .lower = undefined,
                     .upper = undefined,
                     .floored = std::vector<std::uint8_t>(undefined.value.size(), 0),
                     .undefined_because = why_undefined(forest, halves.groups())};
  if (!result.undefined_because.empty()) {
    return result;
  }
  const RiskTable risk = forest.predict(covariates, {.horizons = horizons}, context).risk;
  const VoteTimes wanted(forest.event_times(), horizons);
  const auto set = [&](Index subject, Index number, const GroupSpread& spread) {
    const Index horizon = wanted.order[at(number)];
    const std::size_t cell = at(horizon * subjects + subject);
    if (std::isnan(risk.value[cell])) { // beyond the last time
      return;
    }
    const AverageError error(spread, halves);
    const double reach = error.reach(level);
    result.se.value[cell] = error.se;
    result.lower.value[cell] = std::max(0.0, risk.value[cell] - reach);
    result.upper.value[cell] = std::min(1.0, risk.value[cell] + reach);
    result.floored[cell] = error.floored ? 1 : 0;
  };
  const auto set_block = [&](const CutColumns& columns, const SubjectRange& block) {
    constexpr Index at_once = 256; // subjects of a task
    context.scheduler.for_each((block.count + at_once - 1) / at_once, [&](Index task, Index) {
      const Index first = task * at_once, count = std::min(at_once, block.count - first);
      const auto spreads = halves.spreads(columns, wanted.passed, {.first = first, .count = count});
      for (Index place = 0; place < size_of(spreads); ++place) {
        set(block.first + first + place / times, place % times, spreads[at(place)]);
      }
    });
  };
  for_subject_blocks(covariates,
                     forest.cut_columns(),
                     forest.cut_names(),
                     forest.cut_levels(),
                     context,
                     set_block);
  return result;
}

} // namespace vigil::forest
