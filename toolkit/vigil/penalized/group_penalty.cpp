// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/group_penalty.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace vigil::penalized {

namespace {

double norm_of(std::span<const double> values) {
  double sum = 0.0;
  for (const double value : values) {
    sum += value * value;
  }
  return std::sqrt(sum);
}

} // namespace

double penalty_value(const GroupTerm& term, std::span<const double> coefficient) {
  double l1 = 0.0;
  for (std::size_t place = 0; place < coefficient.size(); ++place) {
    l1 += term.factor[place] * std::fabs(coefficient[place]);
  }
  return term.share * l1 + term.weight * norm_of(coefficient);
}

double soft_threshold_norm(const GroupTerm& term, std::span<const double> gradient, double t) {
  double sum = 0.0;
  for (std::size_t place = 0; place < gradient.size(); ++place) {
    const double left = std::fabs(gradient[place]) - t * term.share * term.factor[place];
    if (!(left <= 0.0)) { // a NaN stays
      sum += left * left;
    }
  }
  return std::sqrt(sum);
}

double zero_from(const GroupTerm& term, std::span<const double> gradient) {
  struct Kink {
    double t;
    std::size_t place;
  };
  std::vector<Kink> kinks; // where a member's threshold reaches its gradient
  for (std::size_t place = 0; place < gradient.size(); ++place) {
    const double l1 = term.share * term.factor[place];
    const double size = std::fabs(gradient[place]);
    kinks.push_back({l1 > 0.0 ? size / l1 : std::numeric_limits<double>::infinity(), place});
  }
  std::sort(kinks.begin(), kinks.end(), [](const Kink& left, const Kink& right) {
    return std::pair(-left.t, left.place) < std::pair(-right.t, right.place);
  });
  // of members above their thresholds: sum g^2 - 2 t sum |g| l1 + t^2 sum l1^2 = t^2 weight^2
  double squares = 0.0, mixed = 0.0, thresholds = 0.0, root = 0.0;
  for (std::size_t number = 0; number < kinks.size(); ++number) {
    const double size = std::fabs(gradient[kinks[number].place]);
    const double l1 = term.share * term.factor[kinks[number].place];
    squares += size * size;
    mixed += size * l1;
    thresholds += l1 * l1;
    const double bend = term.weight * term.weight - thresholds;
    const double discriminant = std::max(0.0, mixed * mixed + squares * bend);
    root = squares > 0.0 ? squares / (mixed + std::sqrt(discriminant)) : 0.0;
    const double next = number + 1 < kinks.size() ? kinks[number + 1].t : 0.0;
    if (std::isfinite(next) && squares - next * (2.0 * mixed + next * bend) >= 0.0) {
      break; // the next member is still below its threshold at the root
    }
  }
  return root;
}

void shrink(const GroupTerm& term, double t, std::span<double> values) {
  for (std::size_t place = 0; place < values.size(); ++place) {
    const double left = std::fabs(values[place]) - t * term.share * term.factor[place];
    values[place] = std::copysign(std::max(0.0, left), values[place]);
  }
  const double norm = norm_of(values);
  const double scale = norm > t * term.weight ? 1.0 - t * term.weight / norm : 0.0;
  for (double& value : values) {
    value *= scale;
  }
}

double kkt_violation(const GroupTerm& term,
                     std::span<const double> gradient,
                     std::span<const double> coefficient,
                     const Strength& strength) {
  const double t = strength.l1(1.0), norm = norm_of(coefficient), unit = t * term.weight;
  double sum = 0.0;
  for (std::size_t place = 0; place < gradient.size(); ++place) {
    const double b = coefficient[place], l1 = t * term.share * term.factor[place];
    double rest = gradient[place] - strength.l2(term.factor[place]) * b;
    rest -= norm > 0.0 ? unit * (b / norm) : 0.0;
    if (!std::isfinite(rest)) { // a NaN must not pass for zero in a maximum
      return std::numeric_limits<double>::infinity();
    }
    const double distance =
        b == 0.0 ? std::max(0.0, std::fabs(rest) - l1) : std::fabs(rest - std::copysign(l1, b));
    sum += distance * distance;
  }
  const double distance = std::sqrt(sum) / unit;
  return norm > 0.0 ? distance : std::max(0.0, distance - 1.0);
}

GroupMap::GroupMap(const PenaltyOptions& options, std::span<const double> factor) {
  if (options.group.empty()) {
    return;
  }
  VIGIL_EXPECTS(options.group.size() == factor.size());
  std::vector<std::vector<Index>> columns_of; // in the order of their first members
  std::map<Index, std::size_t> place_of;
  for (Index column = 0; column < size_of(factor); ++column) {
    if (factor[at(column)] <= 0.0) {
      continue;
    }
    const Index named = options.group[at(column)];
    if (named == no_index) {
      columns_of.push_back({column});
      continue;
    }
    const auto [place, is_new] = place_of.try_emplace(named, columns_of.size());
    if (is_new) {
      columns_of.emplace_back();
    }
    columns_of[place->second].push_back(column);
  }
  group_.assign(factor.size(), no_index);
  for (const auto& columns : columns_of) {
    std::vector<double> of_members;
    of_members.reserve(columns.size());
    for (const Index column : columns) {
      of_members.push_back(factor[at(column)]);
    }
    add(columns, of_members, columns.size() > 1 ? options.within_group_share : 0.0);
  }
}

void GroupMap::add(std::span<const Index> columns, std::span<const double> factor, double share) {
  for (const Index column : columns) {
    group_[at(column)] = groups();
  }
  share_.push_back(share);
  weight_.push_back((1.0 - share) * norm_of(factor));
  member_.insert(member_.end(), columns.begin(), columns.end());
  factor_.insert(factor_.end(), factor.begin(), factor.end());
  start_.push_back(size_of(member_));
}

GroupMap GroupMap::among(std::span<const Index> columns) const {
  GroupMap result;
  result.group_.assign(columns.size(), no_index);
  if (empty()) {
    return result;
  }
  std::vector<Index> listed; // groups, in the order of their first places
  std::map<Index, std::vector<Index>> places;
  for (Index place = 0; place < size_of(columns); ++place) {
    const Index group = group_of(columns[at(place)]);
    if (group != no_index) {
      auto& there = places[group];
      if (there.empty()) {
        listed.push_back(group);
      }
      there.push_back(place);
    }
  }
  for (const Index group : listed) {
    const auto& there = places[group];
    VIGIL_EXPECTS(size_of(there) == count(group));
    std::vector<double> factor;
    for (const Index place : there) {
      const auto all = members(group);
      const auto member = std::lower_bound(all.begin(), all.end(), columns[at(place)]);
      factor.push_back(term(group).factor[static_cast<std::size_t>(member - all.begin())]);
    }
    result.add(there, factor, share_[at(group)]);
  }
  return result;
}

void GroupMap::gather(Index group,
                      std::span<const double> by_column,
                      std::vector<double>& out) const {
  out.clear();
  for (const Index column : members(group)) {
    out.push_back(by_column[at(column)]);
  }
}

double GroupMap::value(std::span<const double> coefficient) const {
  double sum = 0.0;
  std::vector<double> b;
  for (Index group = 0; group < groups(); ++group) {
    gather(group, coefficient, b);
    sum += penalty_value(term(group), b);
  }
  return sum;
}

double GroupMap::violation(std::span<const double> gradient,
                           std::span<const double> coefficient,
                           const Strength& strength) const {
  double worst = 0.0;
  std::vector<double> g, b;
  for (Index group = 0; group < groups(); ++group) {
    gather(group, gradient, g);
    gather(group, coefficient, b);
    worst = std::max(worst, kkt_violation(term(group), g, b, strength));
  }
  return worst;
}

void check_groups(const PenaltyOptions& options, const TrainingData& data) {
  if (!(options.within_group_share >= 0.0 && options.within_group_share < 1.0)) {
    throw ConfigError({.where = "penalty, share within groups",
                       .found = number_text(options.within_group_share),
                       .expected = "a number from 0 (whole groups) to below 1",
                       .remedy = "for 1, the lasso, leave the groups out"});
  }
  if (options.group.empty()) {
    return;
  }
  if (size_of(options.group) != data.columns()) {
    throw ConfigError({.where = "groups of the penalty",
                       .found = number_text(size_of(options.group)) + " values",
                       .expected = number_text(data.columns()) + ", one per column",
                       .remedy = "give one value for each marker and clinical column"});
  }
  if (options.l1_ratio == 0.0) {
    throw ConfigError({.where = "penalty, l1_ratio",
                       .found = "0 (ridge) with groups",
                       .expected = "a number above 0: ridge does not select groups",
                       .remedy = "raise l1_ratio or leave the groups out"});
  }
  if (options.shape().concave()) {
    throw ConfigError({.where = "penalty, " + std::string(name_of(options.kind)),
                       .found = "a concave penalty with groups",
                       .expected = "the elastic net's norm within groups",
                       .remedy = "leave out the groups, or use the kind elastic_net"});
  }
  if (!options.lower.empty() || !options.upper.empty()) {
    throw ConfigError({.where = "limits of coefficients",
                       .found = "limits with groups",
                       .expected = "no limits: members of a group are solved together",
                       .remedy = "leave out the limits or the groups"});
  }
  for (Index column = 0; column < data.columns(); ++column) {
    const auto& info = data.covariates().info(column);
    const double factor = !options.factor.empty() ? options.factor[at(column)]
                          : info.penalized        ? 1.0
                                                  : 0.0;
    if (options.group[at(column)] != no_index && factor == 0.0) {
      throw ConfigError({.where = "group of " + info.name,
                         .found = "an unpenalized column",
                         .expected = "columns with a penalty factor above 0 in groups",
                         .remedy = "leave it out of the groups, or give it a penalty factor"});
    }
  }
}

} // namespace vigil::penalized
