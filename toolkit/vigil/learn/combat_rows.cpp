// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/learn/combat_rows.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/learn/combat_parameters.hpp"
#include "vigil/numeric/factor.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace vigil {

namespace {

constexpr double least_share = 1e-9; // of a sum of squares that a covariate has of its own

} // namespace

CombatRows::CombatRows(const TrainingData& data,
                       const CaseWeights& weights,
                       const CombatOptions& options,
                       Scheduler& scheduler)
    : subjects_(data.subjects()) {
  VIGIL_EXPECTS(size_of(data.batch) == data.subjects());
  find_rows(data, weights);
  find_covariates(data, weights, options, scheduler);
  design_ = design_of(rows_);
}

void CombatRows::find_rows(const TrainingData& data, const CaseWeights& weights) {
  std::vector<Index> subjects(data.batch_names.size(), 0),
      number(data.batch_names.size(), no_index);
  for (const Index subject : weights.support()) {
    const Index level = data.batch[at(subject)];
    if (level != no_index) {
      ++subjects[at(level)];
    }
  }
  for (std::size_t level = 0; level < subjects.size(); ++level) {
    if (subjects[level] >= 2) {
      number[level] = batches();
      batch_name_.push_back(data.batch_names[level]);
    }
  }
  for (const Index subject : weights.support()) {
    const Index level = data.batch[at(subject)];
    if (level != no_index && number[at(level)] != no_index) {
      rows_.push_back({.subject = subject,
                       .batch = number[at(level)],
                       .weight = weights[subject],
                       .draws = static_cast<double>(weights.times(subject))});
    }
  }
}

// Standardised, so that sums of squares can be compared; what is left out leaves the effects of the others as they are.
void CombatRows::find_covariates(const TrainingData& data,
                                 const CaseWeights& weights,
                                 const CombatOptions& options,
                                 Scheduler& scheduler) {
  const Covariates covariates = data.covariates();
  const std::vector<Index> listed = combat_covariates(covariates, options.covariates);
  if (listed.empty() || rows_.empty()) {
    return;
  }
  const auto raw = raw_columns(covariates, listed, scheduler);
  ClinicalBlock block(subjects_);
  for (Index place = 0; place < size_of(listed); ++place) {
    const auto from = raw.begin() + place * subjects_;
    block.add(covariates.info(listed[at(place)]), {from, from + subjects_});
  }
  const FeatureMatrix none(subjects_);
  const TrainingData chosen{.features = none, .clinical = block, .outcome = data.outcome};
  covariate_rule_ = fit_preparations(chosen, {&weights, 1}, {}, scheduler).front();
  covariate_rule_.fill_from(raw, weights);
  for (const Index column : listed) {
    covariate_.push_back(covariates.info(column).name);
  }
  covariate_value_ = raw;
  std::vector<Index> varying;
  for (Index k = 0; k < size_of(listed); ++k) {
    for (Index subject = 0; subject < subjects_; ++subject) {
      double& value = covariate_value_[at(k * subjects_ + subject)];
      value = covariate_rule_.apply(k, value);
    }
    if (covariate_rule_.keeps(k)) {
      varying.push_back(k);
    }
  }
  keep_covariates(varying);
  const Design design = design_of(rows_);
  const auto squares = squares_within(rows_, design);
  const CholeskyFactor factor(squares, this->covariates(), least_share);
  std::vector<Index> kept;
  for (Index k = 0; k < this->covariates(); ++k) {
    const bool of_its_own = squares[at(k * this->covariates() + k)] > least_share * design.total;
    if (of_its_own && factor.keeps(k)) {
      kept.push_back(k);
    } else {
      determined_.push_back(covariate_[at(k)]);
    }
  }
  keep_covariates(kept);
}

void CombatRows::keep_covariates(std::span<const Index> kept) {
  std::vector<std::string> names;
  std::vector<double> values;
  for (const Index k : kept) {
    names.push_back(covariate_[at(k)]);
    const auto from = covariate_value_.begin() + k * subjects_;
    values.insert(values.end(), from, from + subjects_);
  }
  covariate_rule_ = covariate_rule_.select(kept);
  covariate_ = std::move(names);
  covariate_value_ = std::move(values);
}

CombatRows::Design CombatRows::design_of(std::span<const Row> rows) const {
  const Index k = covariates();
  Design design{.weight = std::vector<double>(at(batches()), 0.0),
                .draws = std::vector<double>(at(batches()), 0.0),
                .batch_mean = std::vector<double>(at(batches() * k), 0.0),
                .mean = std::vector<double>(at(k), 0.0)};
  for (const Row& row : rows) {
    design.weight[at(row.batch)] += row.weight;
    design.draws[at(row.batch)] += row.draws;
    design.total += row.weight;
    for (Index place = 0; place < k; ++place) {
      design.batch_mean[at(row.batch * k + place)] += row.weight * covariate(place, row);
      design.mean[at(place)] += row.weight * covariate(place, row);
    }
  }
  for (Index batch = 0; batch < batches(); ++batch) {
    for (Index place = 0; place < k; ++place) {
      design.batch_mean[at(batch * k + place)] /= design.weight[at(batch)];
    }
  }
  for (double& mean : design.mean) {
    mean /= design.total;
  }
  design.inverse = CholeskyFactor(squares_within(rows, design), k, least_share).inverse();
  return design;
}

std::vector<double> CombatRows::squares_within(std::span<const Row> rows,
                                               const Design& design) const {
  const Index k = covariates();
  std::vector<double> squares(at(k * k), 0.0), rest(at(k));
  for (const Row& row : rows) {
    for (Index place = 0; place < k; ++place) {
      rest[at(place)] = covariate(place, row) - design.batch_mean[at(row.batch * k + place)];
    }
    for (Index place = 0; place < k; ++place) {
      for (Index other = 0; other < k; ++other) {
        squares[at(place * k + other)] += row.weight * rest[at(place)] * rest[at(other)];
      }
    }
  }
  return squares;
}

bool CombatRows::varies_in_batches(std::span<const Row> rows,
                                   std::span<const double> values) const {
  std::vector<const Row*> first(at(batches()), nullptr);
  std::vector<bool> varies(at(batches()), false);
  for (const Row& row : rows) {
    const Row*& known = first[at(row.batch)];
    known = known == nullptr ? &row : known;
    if (values[at(row.subject)] != values[at(known->subject)]) {
      varies[at(row.batch)] = true;
    }
  }
  return std::ranges::all_of(varies, [](bool each) { return each; });
}

std::optional<CombatRows::Estimate> CombatRows::estimate(std::span<const double> values) const {
  if (rows_.empty()) {
    return std::nullopt;
  }
  const auto missing = [&](const Row& row) { return !std::isfinite(values[at(row.subject)]); };
  if (std::ranges::none_of(rows_, missing)) {
    return estimate_in(rows_, design_, values);
  }
  std::vector<Row> seen;
  std::ranges::remove_copy_if(rows_, std::back_inserter(seen), missing);
  return estimate_in(seen, design_of(seen), values);
}

std::optional<CombatRows::Estimate> CombatRows::estimate_in(std::span<const Row> rows,
                                                            const Design& design,
                                                            std::span<const double> values) const {
  if (!varies_in_batches(rows, values)) {
    return std::nullopt;
  }
  const Index k = covariates();
  Estimate result{.effect = std::vector<double>(at(k), 0.0),
                  .location = std::vector<double>(at(batches()), 0.0),
                  .variance = std::vector<double>(at(batches()), 0.0),
                  .count = design.draws};
  std::vector<double>& mean = result.location; // of the values, at first
  for (const Row& row : rows) {
    mean[at(row.batch)] += row.weight * values[at(row.subject)] / design.weight[at(row.batch)];
  }
  std::vector<double> product(at(k), 0.0);
  for (const Row& row : rows) {
    for (Index place = 0; place < k; ++place) {
      product[at(place)] += row.weight *
                            (covariate(place, row) - design.batch_mean[at(row.batch * k + place)]) *
                            (values[at(row.subject)] - mean[at(row.batch)]);
    }
  }
  for (Index place = 0; place < k; ++place) {
    result.effect[at(place)] =
        std::inner_product(product.begin(), product.end(), design.inverse.begin() + place * k, 0.0);
  }
  double raw_squares = 0.0, squares = 0.0;
  for (const Row& row : rows) {
    const double raw = values[at(row.subject)] - mean[at(row.batch)];
    double rest = raw;
    for (Index place = 0; place < k; ++place) {
      rest -= result.effect[at(place)] *
              (covariate(place, row) - design.batch_mean[at(row.batch * k + place)]);
    }
    raw_squares += row.weight * raw * raw;
    squares += row.weight * rest * rest;
    result.variance[at(row.batch)] += row.weight * rest * rest;
  }
  if (!(squares > least_share * raw_squares) || !std::isfinite(squares)) {
    return std::nullopt;
  }
  result.scale = std::sqrt(squares / design.total);
  for (Index batch = 0; batch < batches(); ++batch) {
    result.centre += design.weight[at(batch)] / design.total * mean[at(batch)];
  }
  for (Index place = 0; place < k; ++place) {
    result.centre -= result.effect[at(place)] * design.mean[at(place)];
  }
  for (Index batch = 0; batch < batches(); ++batch) {
    double fitted = result.centre;
    for (Index place = 0; place < k; ++place) {
      fitted += result.effect[at(place)] * design.batch_mean[at(batch * k + place)];
    }
    const double draws = design.draws[at(batch)];
    result.location[at(batch)] = (mean[at(batch)] - fitted) / result.scale;
    result.variance[at(batch)] *=
        draws / (draws - 1.0) / design.weight[at(batch)] / (result.scale * result.scale);
  }
  return result;
}

} // namespace vigil
