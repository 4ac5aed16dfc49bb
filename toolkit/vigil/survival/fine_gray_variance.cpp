// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/survival/fine_gray_rows.hpp"

#include <cmath>
#include <map>

namespace vigil::survival {

namespace {

using Rows = FineGrayRows;
using Point = FineGrayPoint;

// Sums of the hazard increments d / S_0, of order 0 and of the means: up to each time, and from each time on times G(t-).
struct HazardSums {
  std::vector<double> until, from; // times x (1 + k)
};

HazardSums hazard_sums(const Rows& rows, const Point& point) {
  const Index width = 1 + rows.order, times = rows.sets.times();
  HazardSums sums{std::vector<double>(at(times * width), 0.0),
                  std::vector<double>(at((times + 1) * width), 0.0)};
  const auto increment = [&](Index k, Index part) {
    if (!(rows.events[at(k)] > 0.0)) {
      return 0.0;
    }
    return rows.events[at(k)] / point.at_risk[at(k)] *
           (part == 0 ? 1.0 : point.mean[at(k * rows.order + part - 1)]);
  };
  for (Index part = 0; part < width; ++part) {
    double running = 0.0;
    for (Index k = 0; k < times; ++k) {
      running += increment(k, part);
      sums.until[at(k * width + part)] = running;
    }
    running = 0.0;
    for (Index k = times - 1; k >= 0; --k) {
      running += rows.free_before[at(k)] * increment(k, part);
      sums.from[at(k * width + part)] = running;
    }
  }
  return sums;
}

// eta_i of one column, by row, for weight 1.
std::vector<double>
event_part(const Rows& rows, const Point& point, const HazardSums& sums, Index a) {
  const Index width = 1 + rows.order;
  std::vector<double> result;
  for (Index row = 0; row < rows.size(); ++row) {
    const Index k = rows.place[at(row)];
    const double x = rows.x(row, a), e = point.relative[at(row)] / rows.weight[at(row)];
    double value = -e * (x * sums.until[at(k * width)] - sums.until[at(k * width + 1 + a)]);
    if (rows.cause[at(row)] == 1) {
      value += x - point.mean[at(k * rows.order + a)];
    } else if (rows.cause[at(row)] == 2) { // at risk after its own time, with weight G(s-) / G(T-)
      value -= e / rows.free_before[at(k)] *
               (x * sums.from[at((k + 1) * width)] - sums.from[at((k + 1) * width + 1 + a)]);
    }
    result.push_back(value);
  }
  return result;
}

// psi_i of one column, by row: q / Y at the own censoring, less its mean over the risk sets before.
std::vector<double>
censoring_part(const Rows& rows, const Point& point, const HazardSums& sums, Index a) {
  const Index width = 1 + rows.order;
  std::vector<double> result;
  double failed = 0.0, failed_x = 0.0, running = 0.0;
  for (Index k = 0; k < rows.sets.times(); ++k) {
    double own = 0.0;
    if (rows.sets.censored[at(k)] > 0.0) {
      const double at_risk = rows.sets.at_risk[at(k)];
      const double q =
          failed_x * sums.from[at(k * width)] - failed * sums.from[at(k * width + 1 + a)];
      own = q / at_risk;
      running += own * rows.sets.censored[at(k)] / at_risk;
    }
    for (Index row = rows.sets.start[at(k)]; row < rows.sets.start[at(k + 1)]; ++row) {
      result.push_back((rows.cause[at(row)] == 0 ? own : 0.0) - running);
    }
    for (Index row = rows.sets.start[at(k)]; row < rows.sets.start[at(k + 1)]; ++row) {
      if (rows.cause[at(row)] == 2) {
        const double amount = point.relative[at(row)] / rows.free_before[at(k)];
        failed += amount;
        failed_x += amount * rows.x(row, a);
      }
    }
  }
  return result;
}

// Middle of the sandwich, k x k: squares of the sums over groups, in ascending order of their level.
std::vector<double> middle(const Rows& rows,
                           const Point& point,
                           const CaseWeights& weights,
                           std::span<const Index> group) {
  const HazardSums sums = hazard_sums(rows, point);
  std::vector<std::vector<double>> part;
  for (Index a = 0; a < rows.order; ++a) {
    part.push_back(event_part(rows, point, sums, a));
    const auto censoring = censoring_part(rows, point, sums, a);
    for (Index row = 0; row < rows.size(); ++row) {
      part.back()[at(row)] += censoring[at(row)];
    }
  }
  std::map<Index, std::vector<double>> total;
  for (Index row = 0; row < rows.size(); ++row) {
    const Index subject = rows.sets.subject[at(row)];
    auto& own = total[group.empty() ? subject : group[at(subject)]];
    own.resize(at(rows.order), 0.0);
    // rows of a subject drawn m times are m groups of their own: the sum of their squares
    const double share =
        group.empty() ? std::sqrt(static_cast<double>(weights.times(subject))) : 1.0;
    for (Index a = 0; a < rows.order; ++a) {
      own[at(a)] += rows.weight[at(row)] * part[at(a)][at(row)] / share;
    }
  }
  std::vector<double> result(at(rows.order * rows.order), 0.0);
  for (const auto& [level, own] : total) {
    for (Index a = 0; a < rows.order; ++a) {
      for (Index b = 0; b < rows.order; ++b) {
        result[at(a * rows.order + b)] += own[at(a)] * own[at(b)];
      }
    }
  }
  return result;
}

std::vector<double>
sandwich(std::span<const double> inverse, std::span<const double> middle, Index order) {
  std::vector<double> left(at(order * order), 0.0), result(at(order * order), 0.0);
  for (Index a = 0; a < order; ++a) {
    for (Index b = 0; b < order; ++b) {
      for (Index c = 0; c < order; ++c) {
        left[at(a * order + b)] += inverse[at(a * order + c)] * middle[at(c * order + b)];
      }
    }
  }
  for (Index a = 0; a < order; ++a) {
    for (Index b = 0; b < order; ++b) {
      for (Index c = 0; c < order; ++c) {
        result[at(a * order + b)] += left[at(a * order + c)] * inverse[at(c * order + b)];
      }
    }
  }
  return result;
}

} // namespace

std::vector<double> fine_gray_covariance(const FineGrayRows& rows,
                                         const FineGrayPoint& point,
                                         const CaseWeights& weights,
                                         std::span<const Index> group,
                                         std::span<const double> inverse) {
  return sandwich(inverse, middle(rows, point, weights, group), rows.order);
}

} // namespace vigil::survival
