// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/measure/concordance.hpp"

#include "vigil/measure/evaluation_rows.hpp"
#include "vigil/measure/fenwick_tree.hpp"
#include "vigil/measure/modelled_pairs.hpp"
#include "vigil/numeric/order.hpp"

#include <algorithm>
#include <map>

namespace vigil::measure {

namespace {

/// Pairs that contain one subject in one role, per unit of its weight.
struct Share {
  double below = 0.0, tied = 0.0, comparable = 0.0;

  [[nodiscard]] double concordant() const { return below + 0.5 * tied; }
};

/// later: pairs with a subject of R_i; other: pairs with a competing event at or before T_i.
/// lead: the subject has the event; follow: it is the one compared with.
struct Shares {
  Share later_lead, later_follow, other_lead, other_follow;
};

struct Columns {
  std::vector<double> time, score, weight, inverse_g; ///< inverse_g: 1 for equal pair weights
  std::vector<Ending> ending;
  double tau = 0.0;
};

/// One stratum. Required order: `order` ascending in time; groups of equal time are handled together, since
/// who is comparable within a group depends on how each subject left.
class Sweep {
public:
  Sweep(const Columns& columns, std::vector<Index> members, std::vector<Shares>& shares)
      : columns_(columns), order_(std::move(members)), shares_(shares) {
    std::vector<double> score;
    score.reserve(order_.size());
    for (const Index row : order_) {
      score.push_back(columns_.score[at(row)]);
      competing_ = competing_ || columns_.ending[at(row)] == Ending::competing;
    }
    auto ranks = dense_ranks(score);
    levels_ = ranks.levels;
    rank_.resize(columns_.time.size());
    for (std::size_t k = 0; k < order_.size(); ++k) {
      rank_[at(order_[k])] = ranks.rank[k];
    }
    std::stable_sort(order_.begin(), order_.end(), [&](Index left, Index right) {
      return columns_.time[at(left)] < columns_.time[at(right)];
    });
    start_group_at_each_new_time();
  }

  /// Late to early: events see everybody later; competing events see the events at or after them.
  void descend() {
    FenwickTree later(levels_), leaders(levels_);
    for (Index group = groups() - 1; group >= 0; --group) {
      visit(group, Ending::censored, [&](Index row) { later.add(rank(row), weight(row)); });
      visit(group, Ending::event, [&](Index row) {
        if (leads(row)) {
          shares_[at(row)].later_lead = seen_from_lead(later, row);
          if (competing_) {
            leaders.add(rank(row), weight(row) * g(row));
          }
        }
      });
      visit(group, Ending::competing, [&](Index row) {
        shares_[at(row)].other_follow = seen_from_follower(leaders, row);
        later.add(rank(row), weight(row));
      });
      visit(group, Ending::event, [&](Index row) { later.add(rank(row), weight(row)); });
    }
  }

  /// Early to late: everybody sees the events before; events see the competing events up to them.
  void ascend() {
    FenwickTree leaders(levels_), others(levels_);
    for (Index group = 0; group < groups(); ++group) {
      const auto follow = [&](Index row) {
        shares_[at(row)].later_follow = seen_from_follower(leaders, row);
      };
      visit(group, Ending::competing, [&](Index row) {
        follow(row);
        others.add(rank(row), weight(row) * g(row));
      });
      visit(group, Ending::event, follow);
      visit(group, Ending::event, [&](Index row) {
        if (leads(row)) {
          if (competing_) {
            shares_[at(row)].other_lead = seen_from_lead(others, row);
          }
          leaders.add(rank(row), weight(row) * g(row) * g(row));
        }
      });
      visit(group, Ending::censored, follow);
    }
  }

  void count_ties_in_time(PairCounts& pairs) const {
    for (Index group = 0; group < groups(); ++group) {
      if (group_start_[at(group + 1)] - group_start_[at(group)] < 2) {
        continue;
      }
      std::map<Index, std::pair<double, double>> by_rank; // sum of weights, sum of squares
      double all = 0.0, squares = 0.0;
      visit(group, Ending::event, [&](Index row) {
        const double own = weight(row);
        all += own;
        squares += own * own;
        auto& [sum, square] = by_rank[rank(row)];
        sum += own;
        square += own * own;
      });
      double both = 0.0;
      for (const auto& entry : by_rank) {
        both += 0.5 * (entry.second.first * entry.second.first - entry.second.second);
      }
      pairs.tied_both += both;
      pairs.tied_time += 0.5 * (all * all - squares) - both;
    }
  }

private:
  void start_group_at_each_new_time() {
    for (Index place = 0; place < size_of(order_); ++place) {
      if (place == 0 ||
          columns_.time[at(order_[at(place)])] != columns_.time[at(order_[at(place - 1)])]) {
        group_start_.push_back(place);
      }
    }
    group_start_.push_back(size_of(order_));
  }
  [[nodiscard]] Index groups() const { return size_of(group_start_) - 1; }
  [[nodiscard]] Index rank(Index row) const { return rank_[at(row)]; }
  [[nodiscard]] double weight(Index row) const { return columns_.weight[at(row)]; }
  [[nodiscard]] double g(Index row) const { return columns_.inverse_g[at(row)]; }
  [[nodiscard]] bool leads(Index row) const { return columns_.time[at(row)] <= columns_.tau; }

  template <class Visit>
  void visit(Index group, Ending ending, const Visit& run) const {
    for (Index place = group_start_[at(group)]; place < group_start_[at(group + 1)]; ++place) {
      const Index row = order_[at(place)];
      if (columns_.ending[at(row)] == ending) {
        run(row);
      }
    }
  }
  /// Concordant with a leader: a smaller score.
  [[nodiscard]] Share seen_from_lead(const FenwickTree& tree, Index row) const {
    return {
        .below = tree.below(rank(row)), .tied = tree.equal(rank(row)), .comparable = tree.total()};
  }
  /// Concordant with a follower: leaders with a greater score.
  [[nodiscard]] Share seen_from_follower(const FenwickTree& tree, Index row) const {
    const double tied = tree.equal(rank(row));
    return {.below = tree.total() - tree.below(rank(row)) - tied,
            .tied = tied,
            .comparable = tree.total()};
  }

  const Columns& columns_;
  std::vector<Index> order_, rank_, group_start_;
  std::vector<Shares>& shares_;
  Index levels_ = 0;
  bool competing_ = false; ///< whether any subject failed from another cause
};

std::vector<std::vector<Index>>
strata_of(const Evaluation& evaluation, const EvaluationRows& rows, bool within_centre) {
  std::map<Index, std::vector<Index>> members;
  for (Index row = 0; row < rows.rows(); ++row) {
    const bool split = within_centre && !evaluation.centre.empty();
    members[split ? evaluation.centre[at(rows.subject[at(row)])] : 0].push_back(row);
  }
  std::vector<std::vector<Index>> strata;
  for (auto& entry : members) {
    // A subject whose centre is missing shares a centre with nobody.
    if (entry.first != no_index) {
      strata.push_back(std::move(entry.second));
    }
  }
  return strata;
}

void count_pairs(const Columns& columns, const std::vector<Shares>& shares, PairCounts& pairs) {
  const auto add = [&pairs](const Share& share, double weight) {
    pairs.concordant += weight * share.below;
    pairs.tied_score += weight * share.tied;
    pairs.discordant += weight * (share.comparable - share.below - share.tied);
  };
  for (std::size_t row = 0; row < shares.size(); ++row) {
    const double g = columns.inverse_g[row];
    add(shares[row].later_lead, columns.weight[row] * g * g);
    add(shares[row].other_lead, columns.weight[row] * g);
  }
}

/// d C / d w_i times W, and what of it is carried by 1/G.
struct Gradient {
  std::vector<double> direct, carried;
};

Gradient gradient_of(const Columns& columns,
                     const std::vector<Shares>& shares,
                     double c,
                     double comparable,
                     double total) {
  Gradient gradient;
  const double scale = total / comparable;
  for (std::size_t row = 0; row < shares.size(); ++row) {
    const auto excess = [c](const Share& share) {
      return share.concordant() - c * share.comparable;
    };
    const Shares& own = shares[row];
    const double g = columns.inverse_g[row];
    const double lead = g * g * excess(own.later_lead), other = g * excess(own.other_lead),
                 followed = g * excess(own.other_follow);
    gradient.direct.push_back(scale * (lead + excess(own.later_follow) + other + followed));
    // 1/G(T_i-) enters squared where i leads a later subject, once where it meets a competing event.
    gradient.carried.push_back(scale * (2.0 * lead + other + followed));
  }
  return gradient;
}

/// Sets 1/G(T_i-) of everybody who failed by tau. Empty, or why that cannot be done.
std::string
fill_inverse_censoring(const Evaluation& evaluation, const EvaluationRows& rows, Columns& columns) {
  if (std::string problem = censoring_problem(evaluation, rows); !problem.empty()) {
    return problem;
  }
  for (Index row = 0; row < rows.rows(); ++row) {
    if (rows.ending[at(row)] != Ending::censored && rows.time[at(row)] <= columns.tau) {
      columns.inverse_g[at(row)] =
          1.0 / evaluation.censoring.survival_before(rows.subject[at(row)], rows.time[at(row)]);
    }
  }
  return {};
}

/// Uno's C where G depends on the subject: the weight of a pair is no product of one number for each.
Concordance modelled_concordance(const Evaluation& evaluation,
                                 const EvaluationRows& rows,
                                 std::span<const double> score,
                                 const std::vector<std::vector<Index>>& strata,
                                 bool censoring_is_known) {
  const ModelledPairs sums = modelled_pairs(evaluation, rows, score, strata);
  Concordance result;
  const double comparable = sums.comparable.total;
  if (!(comparable > 0.0)) {
    result.estimate = undefined("no comparable pair");
    return result;
  }
  const double c = sums.concordant.total / comparable;
  result.pairs.tied_score = sums.tied_score;
  result.pairs.concordant = sums.concordant.total - 0.5 * sums.tied_score;
  result.pairs.discordant = comparable - sums.concordant.total - 0.5 * sums.tied_score;
  std::vector<double> gradient, carried;
  for (std::size_t row = 0; row < rows.time.size(); ++row) {
    gradient.push_back(rows.total * (sums.concordant.own[row] - c * sums.comparable.own[row]) /
                       comparable);
  }
  for (std::size_t place = 0; place < sums.comparable.carried.size(); ++place) {
    carried.push_back(rows.total *
                      (sums.concordant.carried[place] - c * sums.comparable.carried[place]) /
                      comparable);
  }
  if (!censoring_is_known) {
    add_censoring_term_by_factor(evaluation, rows, carried, evaluation.horizon, gradient);
  }
  result.estimate = {.value = c, .influence = influence_from(evaluation, rows, gradient)};
  return result;
}

} // namespace

Concordance concordance(const Evaluation& evaluation, const ConcordanceOptions& options) {
  const auto failed = [](std::string because) {
    return Concordance{.estimate = undefined(std::move(because)), .pairs = {}};
  };
  const EvaluationRows rows = evaluation_rows(evaluation);
  if (!rows.problem.empty()) {
    return failed(rows.problem);
  }
  const Column score = score_column(evaluation, rows);
  if (!score.problem.empty()) {
    return failed(score.problem);
  }
  Columns columns{.time = rows.time,
                  .score = score.value,
                  .weight = rows.weight,
                  .inverse_g = std::vector<double>(rows.time.size(), 1.0),
                  .ending = rows.ending,
                  .tau = evaluation.horizon};
  const bool by_censoring = options.pair_weight == PairWeight::inverse_censoring;
  if (by_censoring) {
    if (std::string problem = fill_inverse_censoring(evaluation, rows, columns); !problem.empty()) {
      return failed(std::move(problem));
    }
  }
  Concordance result;
  std::vector<Shares> shares(rows.time.size());
  auto strata = strata_of(evaluation, rows, options.within_centre);
  if (by_censoring && evaluation.censoring.depends_on_covariates()) {
    result =
        modelled_concordance(evaluation, rows, score.value, strata, options.censoring_is_known);
    for (auto& members : strata) {
      Sweep(columns, std::move(members), shares).count_ties_in_time(result.pairs);
    }
    return result;
  }
  for (auto& members : strata) {
    Sweep sweep(columns, std::move(members), shares);
    sweep.descend();
    sweep.ascend();
    sweep.count_ties_in_time(result.pairs);
  }
  count_pairs(columns, shares, result.pairs);
  const double comparable = result.pairs.comparable();
  if (!(comparable > 0.0)) {
    result.estimate = undefined("no comparable pair");
    return result;
  }
  const double c = (result.pairs.concordant + 0.5 * result.pairs.tied_score) / comparable;
  Gradient gradient = gradient_of(columns, shares, c, comparable, rows.total);
  if (by_censoring && !options.censoring_is_known) {
    add_censoring_term(evaluation, rows, gradient.carried, evaluation.horizon, gradient.direct);
  }
  result.estimate = {.value = c, .influence = influence_from(evaluation, rows, gradient.direct)};
  return result;
}

Estimate harrell_c(const Evaluation& evaluation) {
  return concordance(evaluation).estimate;
}

Estimate uno_c(const Evaluation& evaluation) {
  return concordance(evaluation, {.pair_weight = PairWeight::inverse_censoring}).estimate;
}

} // namespace vigil::measure
