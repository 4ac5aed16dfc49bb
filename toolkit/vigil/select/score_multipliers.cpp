// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/score_multipliers.hpp"

#include "vigil/numeric/sums.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace vigil::select {

namespace {

constexpr Index probes = 512;

/// Numbers 0, 1, .. of equal keys, in the order of their first row.
std::vector<Index> number_labels(const std::vector<std::pair<Index, Index>>& keys) {
  std::map<std::pair<Index, Index>, Index> known;
  std::vector<Index> labels;
  labels.reserve(keys.size());
  for (const auto& key : keys) {
    labels.push_back(known.try_emplace(key, static_cast<Index>(known.size())).first->second);
  }
  return labels;
}

Index label_of(std::span<const Index> labels, Index subject) {
  return labels.empty() ? no_index : labels[at(subject)];
}

} // namespace

std::vector<Index> multiplied_rows(const TrainingData& data, std::span<const Index> subjects) {
  std::vector<std::pair<Index, Index>> keys;
  for (const Index subject : subjects) {
    const Index group = label_of(data.group, subject);
    keys.push_back({group, group == no_index ? subject : no_index});
  }
  return number_labels(keys);
}

std::vector<Index> exchangeable_rows(const TrainingData& data, std::span<const Index> subjects) {
  std::vector<std::pair<Index, Index>> keys;
  for (const Index subject : subjects) {
    keys.push_back({label_of(data.stratum, subject), label_of(data.centre, subject)});
  }
  return number_labels(keys);
}

std::vector<double> multiplier_weights(const CaseWeights& within, std::span<const Index> subjects) {
  std::vector<double> weight;
  for (const Index subject : subjects) {
    weight.push_back(1.0 / std::sqrt(static_cast<double>(within.times(subject))));
  }
  return weight;
}

Index count_labels(std::span<const Index> label) {
  return label.empty() ? 0 : 1 + *std::max_element(label.begin(), label.end());
}

std::vector<Index> permuted_rows(std::span<const Index> label, const RandomKey& key) {
  std::vector<std::vector<Index>> members(at(count_labels(label)));
  for (Index row = 0; row < size_of(label); ++row) {
    members[at(label[at(row)])].push_back(row);
  }
  std::vector<Index> from(label.size());
  RandomStream stream(key);
  for (const auto& among : members) {
    std::vector<Index> shuffled = among;
    for (Index last = size_of(shuffled) - 1; last > 0; --last) {
      std::swap(shuffled[at(last)], shuffled[at(stream.index_below(last + 1))]);
    }
    for (std::size_t member = 0; member < among.size(); ++member) {
      from[at(among[member])] = shuffled[member];
    }
  }
  return from;
}

ScoreMultipliers::ScoreMultipliers(const survival::EfficientScore& score,
                                   std::span<const Index> label,
                                   std::span<const double> weight)
    : score_(score), label_(label), weight_(weight), labels_(count_labels(label)) {
  VIGIL_EXPECTS(size_of(label) == score.rows() && size_of(weight) == score.rows());
}

std::vector<double> ScoreMultipliers::by_row(std::span<const double> of_label) const {
  std::vector<double> result;
  for (std::size_t row = 0; row < label_.size(); ++row) {
    result.push_back(weight_[row] * of_label[at(label_[row])]);
  }
  return result;
}

std::vector<double> ScoreMultipliers::direction(std::span<const double> of_label) const {
  return score_.direction(by_row(of_label));
}

std::vector<double> ScoreMultipliers::normal_direction(const RandomKey& key) const {
  RandomStream stream(key);
  std::vector<double> normal(at(labels_));
  for (double& value : normal) {
    value = stream.normal();
  }
  return direction(normal);
}

double
ScoreMultipliers::deviation(Index most_exact, const RandomKey& key, Scheduler& scheduler) const {
  const bool exact = labels_ <= most_exact;
  std::vector<double> squares(at(exact ? labels_ : probes));
  scheduler.for_each(size_of(squares), [&](Index probe, Index) {
    std::vector<double> one(at(labels_), 0.0);
    one[at(exact ? probe : 0)] = 1.0;
    const auto found = exact ? direction(one) : normal_direction(key.child(probe));
    squares[at(probe)] = dot(found, found);
  });
  const auto own = by_row(std::vector<double>(at(labels_), 1.0));
  double score = 0.0;
  for (Index row = 0; row < size_of(label_); ++row) {
    const double residual = own[at(row)] * score_.residual()[at(row)];
    score += residual * residual;
  }
  const double drawn = exact ? sum(squares) : sum(squares) / static_cast<double>(probes);
  return drawn > 0.0 ? std::sqrt(score / drawn) : 1.0;
}

} // namespace vigil::select
