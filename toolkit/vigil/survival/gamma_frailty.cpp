// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/survival/gamma_frailty.hpp"

#include "vigil/base/text.hpp"
#include "vigil/numeric/sums.hpp"
#include "vigil/numeric/tail.hpp"
#include "vigil/survival/frailty_likelihood.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace vigil::survival {

namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();
constexpr double least_variance = 1e-4, largest_variance = 100.0;
constexpr Index grid_steps = 24; // four for each factor of ten
constexpr Index most_steps = 100;

// Kept columns in row order, centred and scaled.
struct ScaledRows {
  std::vector<Index> kept = {};
  std::vector<double> values = {}, scale = {};
};

ScaledRows
scaled_rows(const CoxLikelihood& likelihood, const CoxFit& fit, std::span<const double> columns) {
  ScaledRows rows;
  const Index order = size_of(fit.coefficient);
  const std::vector<double> all = gather_rows(likelihood, columns, order);
  for (Index column = 0; column < order; ++column) {
    if (std::find(fit.dropped.begin(), fit.dropped.end(), column) != fit.dropped.end()) {
      continue;
    }
    const auto values =
        std::span<const double>(all).subspan(at(column * likelihood.rows()), at(likelihood.rows()));
    const Moments moments = weighted_moments(values, likelihood.weight());
    const double scale = std::sqrt(moments.variance);
    rows.kept.push_back(column);
    rows.scale.push_back(scale);
    for (const double value : values) {
      rows.values.push_back((value - moments.mean) / scale);
    }
  }
  return rows;
}

// Where `value` changes its sign between two points: false position with halved ends (Illinois), by log variance.
template <class Value>
FrailtyPoint root(const FrailtyLikelihood& likelihood,
                  FrailtyPoint one,
                  FrailtyPoint other,
                  const Value& value) {
  double at_one = value(one), at_other = value(other);
  FrailtyPoint found = std::fabs(at_one) < std::fabs(at_other) ? one : other;
  for (Index step = 0; step < most_steps; ++step) {
    const double low = std::log(one.variance), high = std::log(other.variance);
    if (std::fabs(high - low) <= 1e-12 || value(found) == 0.0) {
      break;
    }
    const double share = std::clamp(at_one / (at_one - at_other), 1e-3, 1.0 - 1e-3);
    found = likelihood.at_variance(std::exp(low + share * (high - low)), found);
    const double here = value(found);
    if ((here > 0.0) == (at_other > 0.0)) {
      other = found;
      at_other = here;
      at_one /= 2.0;
    } else {
      one = std::exchange(other, found);
      at_one = std::exchange(at_other, here);
    }
  }
  return found;
}

// The marginal likelihood over variances: where it is largest, and where it has fallen by a given amount.
class VarianceSearch {
public:
  explicit VarianceSearch(const FrailtyLikelihood& likelihood) : likelihood_(likelihood) {
    const double step = std::log(largest_variance / least_variance) / grid_steps;
    for (Index place = 0; place <= grid_steps; ++place) {
      const double variance = least_variance * std::exp(step * static_cast<double>(place));
      grid_.push_back(likelihood.at_variance(variance, place == 0 ? FrailtyPoint{} : grid_.back()));
    }
  }

  [[nodiscard]] bool still_rises() const {
    return best() + 1 == grid_.end() && grid_.back().slope > 0.0;
  }
  /// Empty where the likelihood is largest at 0.
  [[nodiscard]] std::optional<FrailtyPoint> maximum(double null_log_likelihood) const {
    const auto highest = best();
    if (highest == grid_.begin() && highest->slope <= 0.0) {
      return std::nullopt;
    }
    const auto first = highest->slope > 0.0 ? highest : highest - 1;
    FrailtyPoint found = root(
        likelihood_, *first, *(first + 1), [](const FrailtyPoint& point) { return point.slope; });
    return found.log_likelihood > null_log_likelihood ? std::optional(std::move(found))
                                                      : std::nullopt;
  }

  /// The variance above (below) that of `inside` from which on the likelihood is below `height`.
  [[nodiscard]] double upper_end(const FrailtyPoint& inside, double height) const {
    FrailtyPoint above = inside;
    for (const FrailtyPoint& point : grid_) {
      if (point.variance <= inside.variance) {
        continue;
      }
      if (point.log_likelihood < height) {
        return crossing(above, point, height);
      }
      above = point;
    }
    return undefined;
  }
  [[nodiscard]] double lower_end(const FrailtyPoint& inside, double height) const {
    FrailtyPoint above = inside;
    for (auto point = grid_.rbegin(); point != grid_.rend(); ++point) {
      if (point->variance >= inside.variance) {
        continue;
      }
      if (point->log_likelihood < height) {
        return crossing(above, *point, height);
      }
      above = *point;
    }
    return least_variance;
  }
  [[nodiscard]] const FrailtyPoint& least() const { return grid_.front(); }

private:
  [[nodiscard]] std::vector<FrailtyPoint>::const_iterator best() const {
    return std::max_element(
        grid_.begin(), grid_.end(), [](const FrailtyPoint& one, const FrailtyPoint& other) {
          return one.log_likelihood < other.log_likelihood;
        });
  }
  [[nodiscard]] double
  crossing(const FrailtyPoint& above, const FrailtyPoint& below, double height) const {
    return root(likelihood_,
                above,
                below,
                [height](const FrailtyPoint& point) { return point.log_likelihood - height; })
        .variance;
  }

  const FrailtyLikelihood& likelihood_;
  std::vector<FrailtyPoint> grid_;
};

GammaFrailty without_value(std::string reason, CoxFitStatus status, Index columns) {
  GammaFrailty result;
  result.status = status;
  result.reason = std::move(reason);
  result.variance = result.log_likelihood = result.null_log_likelihood = undefined;
  result.coefficient.assign(at(columns), undefined);
  result.covariance.assign(at(columns * columns), undefined);
  result.conditional_covariance = result.covariance;
  return result;
}

// A k x k matrix of scaled kept columns as one of all columns, per raw unit.
std::vector<double>
unscaled(std::span<const double> matrix, const ScaledRows& rows, Index columns) {
  std::vector<double> result(at(columns * columns), 0.0);
  const Index kept = size_of(rows.kept);
  for (Index one = 0; one < kept; ++one) {
    for (Index other = 0; other < kept; ++other) {
      result[at(rows.kept[at(one)] * columns + rows.kept[at(other)])] =
          matrix[at(one * kept + other)] / (rows.scale[at(one)] * rows.scale[at(other)]);
    }
  }
  return result;
}

// theta_estimated: the coefficients vary with it too.
void take_point(const FrailtyPoint& point,
                const ScaledRows& rows,
                bool theta_estimated,
                GammaFrailty& result) {
  const Index columns = size_of(result.coefficient);
  std::vector<double> whole = point.covariance;
  const Index kept = size_of(rows.kept);
  for (Index one = 0; one < kept; ++one) {
    result.coefficient[at(rows.kept[at(one)])] = point.coefficient[at(one)] / rows.scale[at(one)];
    for (Index other = 0; theta_estimated && other < kept; ++other) {
      whole[at(one * kept + other)] +=
          point.curvature > 0.0 ? point.drift[at(one)] * point.drift[at(other)] / point.curvature
                                : undefined;
    }
  }
  result.conditional_covariance = unscaled(point.covariance, rows, columns);
  result.covariance = unscaled(whole, rows, columns);
  result.variance = point.variance;
  result.log_likelihood = point.log_likelihood;
  if (!point.converged) {
    result.status = CoxFitStatus::iteration_limit;
  }
}

void describe_clusters(const FrailtyPoint& point, double level, GammaFrailty& result) {
  const double nu = 1.0 / point.variance, tail = (1.0 - level) / 2.0;
  for (Index cluster = 0; cluster < size_of(result.clusters); ++cluster) {
    ClusterFrailty& own = result.clusters[at(cluster)];
    const double shape = nu + static_cast<double>(own.events);
    own.frailty = std::exp(point.log_frailty[at(cluster)]);
    own.expected = shape / own.frailty - nu;
    const double unit = own.frailty / (2.0 * shape);
    own.lower = unit * chi_square_quantile(tail, 2.0 * shape);
    own.upper = unit * chi_square_quantile(1.0 - tail, 2.0 * shape);
  }
}

// Subjects, events, and what a Cox model without frailty expects.
std::vector<ClusterFrailty> counted_clusters(const SharedFrailtyData& data,
                                             const CoxLikelihood& likelihood,
                                             const CoxFit& fit) {
  std::vector<ClusterFrailty> clusters(at(data.clusters));
  for (Index row = 0; row < likelihood.rows(); ++row) {
    const Index subject = likelihood.subjects()[at(row)];
    ClusterFrailty& own = clusters[at(data.cluster[at(subject)])];
    own.subjects += 1;
    own.events += data.outcome.event[at(subject)] != 0 ? 1 : 0;
    own.expected += fit.point.expected[at(row)];
  }
  return clusters;
}

void search_variance(const FrailtyLikelihood& likelihood,
                     const ScaledRows& rows,
                     double level,
                     GammaFrailty& result) {
  const VarianceSearch search(likelihood);
  const double null = result.null_log_likelihood;
  const double fall = chi_square_quantile(level, 1.0) / 2.0;
  if (search.still_rises()) {
    const Index columns = size_of(result.coefficient);
    result = without_value("the likelihood still rises at a variance of " +
                               number_text(largest_variance),
                           CoxFitStatus::undefined,
                           columns);
    return;
  }
  const auto found = search.maximum(null);
  if (!found) {
    result.p = 1.0;
    result.likelihood_ratio = 0.0;
    result.variance_lower = 0.0;
    result.variance_upper = search.upper_end(search.least(), null - fall);
    return;
  }
  take_point(*found, rows, true, result);
  describe_clusters(*found, level, result);
  const double height = found->log_likelihood - fall;
  result.likelihood_ratio = 2.0 * (found->log_likelihood - null);
  result.p = chi_square_upper(result.likelihood_ratio, 1.0) / 2.0;
  result.variance_lower = null >= height ? 0.0 : search.lower_end(*found, height);
  result.variance_upper = search.upper_end(*found, height);
}

} // namespace

double GammaFrailty::standard_error(Index column) const {
  return std::sqrt(covariance[at(column * (size_of(coefficient) + 1))]);
}

double GammaFrailty::conditional_standard_error(Index column) const {
  return std::sqrt(conditional_covariance[at(column * (size_of(coefficient) + 1))]);
}

GammaFrailty fit_gamma_frailty(const SharedFrailtyData& data, const GammaFrailtyOptions& options) {
  const Index subjects = size_of(data.outcome.time);
  const Index columns = size_of(data.columns) / std::max<Index>(1, subjects);
  VIGIL_EXPECTS(size_of(data.cluster) == subjects);
  const CoxLikelihood likelihood(
      data.outcome, CaseWeights::ones(subjects), data.stratum, data.offset, options.ties);
  if (likelihood.events() <= columns) {
    return without_value(number_text(likelihood.events()) + " events for " + number_text(columns) +
                             " columns",
                         CoxFitStatus::undefined,
                         columns);
  }
  const CoxFit null = fit_cox(likelihood, data.columns);
  if (null.status != CoxFitStatus::converged) {
    return without_value(null.reason.empty() ? "the model without frailty did not converge"
                                             : null.reason,
                         null.status,
                         columns);
  }
  GammaFrailty result;
  result.status = CoxFitStatus::converged;
  result.coefficient = null.coefficient;
  result.covariance = result.conditional_covariance = null.covariance;
  result.dropped = null.dropped;
  result.log_likelihood = result.null_log_likelihood = null.log_likelihood;
  result.clusters = counted_clusters(data, likelihood, null);
  const auto occupied = std::count_if(result.clusters.begin(),
                                      result.clusters.end(),
                                      [](const auto& cluster) { return cluster.subjects > 0; });
  if (occupied < 2) {
    return without_value("fewer than 2 clusters", CoxFitStatus::undefined, columns);
  }
  const ScaledRows rows = scaled_rows(likelihood, null, data.columns);
  const FrailtyLikelihood frailty(likelihood, rows.values, data);
  if (!options.variance) {
    search_variance(frailty, rows, options.level, result);
  } else if (*options.variance > 0.0) {
    const FrailtyPoint point = frailty.at_variance(*options.variance, {});
    take_point(point, rows, false, result);
    describe_clusters(point, options.level, result);
  }
  return result;
}

} // namespace vigil::survival
