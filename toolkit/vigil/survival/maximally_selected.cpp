// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/survival/maximally_selected.hpp"

#include "vigil/numeric/tail.hpp"
#include "vigil/survival/nelson_aalen.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <utility>
#include <vector>

namespace vigil::survival {

namespace {

constexpr double normal_density_at_0 = std::numbers::inv_sqrtpi / std::numbers::sqrt2;

// 2 {1 - Phi(b)} exp(b^2 / 2); where the tail leaves the range of double 2 phi(b) / b, which is larger.
double scaled_tail(double b) {
  constexpr double far = 20.0;
  return b < far ? two_sided_normal_p(b) * std::exp(0.5 * b * b) : 2.0 * normal_density_at_0 / b;
}

// nu at multiples of a step, up to where 2 / x^2 is nu to four digits.
class OvershootTable {
public:
  OvershootTable() {
    at_step_[0] = 1.0;
    for (std::size_t step = 1; step < at_step_.size(); ++step) {
      const double half = static_cast<double>(step) / (2.0 * steps_per_unit);
      const double below = normal_cdf(half);
      at_step_[step] = (below - 0.5) / half /
                       (half * below + normal_density_at_0 * std::exp(-0.5 * half * half));
    }
  }
  [[nodiscard]] double operator()(double x) const {
    const double place = x * steps_per_unit;
    if (!(place < static_cast<double>(at_step_.size() - 1))) {
      return 2.0 / (x * x);
    }
    const auto step = static_cast<std::size_t>(place);
    return std::lerp(at_step_[step], at_step_[step + 1], place - static_cast<double>(step));
  }

private:
  static constexpr double steps_per_unit = 128.0;
  std::array<double, 1025> at_step_ = {};
};

/// The subjects of one stratum that have a rank: their number, centred scores and the variance of one of them.
struct Stratum {
  std::vector<Index> subject = {};
  std::vector<double> score = {}; ///< less the stratum's mean
  double size = 0.0, variance = 0.0;
};

/// Subjects drawn, with a rank, of one level of the strata.
std::vector<std::vector<Index>> members_of(const CaseWeights& weights,
                                           std::span<const Index> rank,
                                           std::span<const Index> stratum) {
  std::vector<std::vector<Index>> members;
  for (const Index subject : weights.support()) {
    const Index level = stratum.empty() ? 0 : stratum[at(subject)];
    if (rank[at(subject)] == no_index || level == no_index) {
      continue;
    }
    if (level >= size_of(members)) {
      members.resize(at(level + 1));
    }
    members[at(level)].push_back(subject);
  }
  return members;
}

Stratum stratum_of(const SurvivalOutcome& outcome,
                   const CaseWeights& weights,
                   std::vector<Index> subjects) {
  std::vector<std::uint32_t> times(at(weights.subjects()), 0);
  Stratum stratum{.subject = std::move(subjects)};
  for (const Index subject : stratum.subject) {
    times[at(subject)] = weights.times(subject);
    stratum.size += static_cast<double>(times[at(subject)]);
  }
  const NelsonAalen fitted = nelson_aalen(Outcome(outcome), weights.with_times(times));
  double sum = 0.0;
  for (const Index subject : stratum.subject) {
    stratum.score.push_back((outcome.event[at(subject)] != 0 ? 1.0 : 0.0) -
                            fitted.hazard(outcome.time[at(subject)]));
    sum += static_cast<double>(times[at(subject)]) * stratum.score.back();
  }
  double squares = 0.0;
  for (std::size_t place = 0; place < stratum.score.size(); ++place) {
    double& score = stratum.score[place];
    score -= sum / stratum.size;
    squares += static_cast<double>(times[at(stratum.subject[place])]) * score * score;
  }
  stratum.variance = stratum.size > 1.0 ? squares / (stratum.size * (stratum.size - 1.0)) : 0.0;
  return stratum;
}

/// A subject on its way from the right to the left.
struct Crossing {
  Index rank = 0, stratum = 0;
  double score = 0.0, times = 0.0;
};

std::vector<Crossing> crossings(std::span<const Stratum> strata,
                                const CaseWeights& weights,
                                std::span<const Index> rank) {
  std::vector<Crossing> all;
  for (Index level = 0; level < size_of(strata); ++level) {
    const Stratum& stratum = strata[at(level)];
    for (std::size_t place = 0; place < stratum.subject.size(); ++place) {
      const Index subject = stratum.subject[place];
      all.push_back({.rank = rank[at(subject)],
                     .stratum = level,
                     .score = stratum.score[place],
                     .times = static_cast<double>(weights.times(subject))});
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const Crossing& left, const Crossing& right) {
    return left.rank < right.rank;
  });
  return all;
}

/// The process over cuts: what is on their left.
class Walk {
public:
  explicit Walk(std::span<const Stratum> strata)
      : strata_(strata), left_(strata.size(), 0.0), before_(strata.size(), 0.0) {}

  void cross(const Crossing& subject) {
    sum_ += subject.times * subject.score;
    left_[at(subject.stratum)] += subject.times;
    all_left_ += subject.times;
  }
  [[nodiscard]] double left() const noexcept { return all_left_; }
  /// Takes the cut where the walk stands, unless nothing is compared there.
  void take(Index rank, SelectedCut& best) {
    const double variance = covariance(left_, left_);
    if (!(variance > 0.0)) {
      return;
    }
    double time = 0.0;
    if (!times_.empty()) {
      const double correlation =
          covariance(before_, left_) / std::sqrt(variance_before_ * variance);
      constexpr double none = 1e-20; // as good as independent
      time = times_.back() - std::log(std::clamp(correlation, none, 1.0));
    }
    times_.push_back(time);
    before_ = left_;
    variance_before_ = variance;
    const double statistic = std::fabs(sum_) / std::sqrt(variance);
    if (!(statistic <= best.statistic)) { // NaN before the first
      best.statistic = statistic;
      best.rank = rank;
    }
  }
  [[nodiscard]] std::span<const double> times() const noexcept { return times_; }

private:
  [[nodiscard]] double covariance(std::span<const double> fewer,
                                  std::span<const double> more) const {
    double sum = 0.0;
    for (std::size_t level = 0; level < strata_.size(); ++level) {
      sum += fewer[level] * (strata_[level].size - more[level]) * strata_[level].variance;
    }
    return sum;
  }

  std::span<const Stratum> strata_;
  std::vector<double> left_, before_, times_;
  double sum_ = 0.0, all_left_ = 0.0, variance_before_ = 0.0;
};

} // namespace

double log_p_of_selected(double largest, std::span<const double> times) {
  static const OvershootTable nu;
  const double b = largest, tail = scaled_tail(b);
  double sum = tail;
  for (std::size_t number = 1; number < times.size(); ++number) {
    const double step = times[number] - times[number - 1];
    sum += std::min(tail, 2.0 * b * normal_density_at_0 * step * nu(b * std::sqrt(2.0 * step)));
  }
  return std::min(0.0, std::log(sum) - 0.5 * b * b);
}

SelectedCut selected_cut(const SurvivalOutcome& outcome,
                         const CaseWeights& weights,
                         std::span<const Index> rank,
                         const SelectedCutOptions& options) {
  VIGIL_EXPECTS(size_of(rank) == weights.subjects() && options.least_share >= 0.0);
  SelectedCut best;
  if (!outcome.entry.empty()) {
    best.undefined_because = "subjects enter late";
    return best;
  }
  std::vector<Stratum> strata;
  double all = 0.0, events = 0.0;
  for (auto& members : members_of(weights, rank, options.stratum)) {
    for (const Index subject : members) {
      if (weights.sampling(subject) != 1.0) {
        best.undefined_because = "sampling weights are no counts";
        return best;
      }
      events += outcome.event[at(subject)] != 0 ? 1.0 : 0.0;
    }
    if (!members.empty()) {
      strata.push_back(stratum_of(outcome, weights, std::move(members)));
      all += strata.back().size;
    }
  }
  if (events == 0.0) {
    best.undefined_because = "no events";
    return best;
  }
  const auto subjects = crossings(strata, weights, rank);
  const double least = std::max(1.0, std::ceil(options.least_share * all));
  Walk walk(strata);
  for (std::size_t place = 0; place + 1 < subjects.size(); ++place) {
    walk.cross(subjects[place]);
    const bool parts = subjects[place].rank < subjects[place + 1].rank;
    if (parts && walk.left() >= least && all - walk.left() >= least) {
      walk.take(subjects[place].rank, best);
    }
  }
  best.cuts = size_of(walk.times());
  if (best.cuts == 0) {
    best.undefined_because = "no cut leaves enough subjects on each side";
    return best;
  }
  best.p = std::exp(log_p_of_selected(best.statistic, walk.times()));
  return best;
}

} // namespace vigil::survival
