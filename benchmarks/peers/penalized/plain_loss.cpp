// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/numeric/cross_products.hpp"

#include "benchmarks/peers/peer_data.hpp"
#include "benchmarks/peers/penalized/reference_path.hpp"
#include <algorithm>
#include <cmath>
#include <numeric>

namespace vigil::peers {

namespace {

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

class CoxLoss final : public PlainLoss {
public:
  CoxLoss(std::vector<double> time, std::vector<double> event)
      : event_(std::move(event)), order_(time.size()) {
    std::iota(order_.begin(), order_.end(), Index{0});
    std::stable_sort(
        order_.begin(), order_.end(), [&](Index a, Index b) { return time[at(a)] < time[at(b)]; });
    for (Index place = 0; place < size_of(order_);) {
      Index end = place;
      double events = 0.0;
      for (; end < size_of(order_) && time[at(order_[at(end)])] == time[at(order_[at(place)])];
           ++end) {
        events += event_[at(order_[at(end)])];
      }
      times_.push_back({place, end, events});
      place = end;
    }
  }

  [[nodiscard]] LossValue evaluate(std::span<const double> eta) const override {
    const Risk risk = risk_of(eta);
    LossValue result{.residual = event_};
    double log_likelihood = 0.0, hazard = 0.0;
    for (Index number = 0; number < size_of(times_); ++number) {
      const Time& time = times_[at(number)];
      if (time.events > 0.0) {
        log_likelihood -= time.events * (std::log(risk.sum[at(number)]) + risk.shift);
        hazard += time.events / risk.sum[at(number)];
      }
      for (Index place = time.first; place < time.end; ++place) {
        const Index subject = order_[at(place)];
        log_likelihood += event_[at(subject)] * eta[at(subject)];
        result.residual[at(subject)] -= risk.relative[at(subject)] * hazard;
      }
    }
    result.value = -log_likelihood / static_cast<double>(eta.size());
    return result;
  }

  [[nodiscard]] std::vector<double> curvature(std::span<const double> eta,
                                              std::span<const double> columns) const override {
    const Index n = size_of(eta), k = size_of(columns) / n;
    const Risk risk = risk_of(eta);
    const LossValue here = evaluate(eta);
    std::vector<double> expected(at(n));
    for (Index i = 0; i < n; ++i) {
      expected[at(i)] = std::max(0.0, event_[at(i)] - here.residual[at(i)]);
    }
    std::vector<double> spread(columns.begin(), columns.end());
    std::vector<double> means(at(size_of(times_) * k), 0.0);
    for (Index column = 0; column < k; ++column) {
      double sum = 0.0;
      for (Index number = size_of(times_) - 1; number >= 0; --number) {
        const Time& time = times_[at(number)];
        for (Index place = time.end - 1; place >= time.first; --place) {
          const Index subject = order_[at(place)];
          sum += risk.relative[at(subject)] * columns[at(column * n + subject)];
        }
        means[at(column * size_of(times_) + number)] =
            std::sqrt(time.events) * sum / risk.sum[at(number)];
      }
      for (Index i = 0; i < n; ++i) {
        spread[at(column * n + i)] *= std::sqrt(expected[at(i)]);
      }
    }
    std::vector<double> result(at(k * k), 0.0);
    add_cross_products(spread, n, 1.0 / static_cast<double>(n), result);
    add_cross_products(means, size_of(times_), -1.0 / static_cast<double>(n), result);
    return result;
  }

  [[nodiscard]] double saturated() const override {
    double sum = 0.0;
    for (const Time& time : times_) {
      sum += time.events > 0.0 ? time.events * std::log(time.events) : 0.0;
    }
    return sum / static_cast<double>(event_.size());
  }

private:
  /// Subjects of one time in order_; everybody from `first` on is at risk then, the censored of that time too.
  struct Time {
    Index first, end;
    double events;
  };
  struct Risk {
    double shift = 0.0;
    std::vector<double> relative = {}, sum = {}; ///< by subject; by time
  };

  [[nodiscard]] Risk risk_of(std::span<const double> eta) const {
    Risk risk{.shift = *std::max_element(eta.begin(), eta.end())};
    for (const double one : eta) {
      risk.relative.push_back(std::exp(one - risk.shift));
    }
    risk.sum.resize(times_.size());
    double sum = 0.0;
    for (Index number = size_of(times_) - 1; number >= 0; --number) {
      const Time& time = times_[at(number)];
      for (Index place = time.end - 1; place >= time.first; --place) {
        sum += risk.relative[at(order_[at(place)])];
      }
      risk.sum[at(number)] = sum;
    }
    return risk;
  }

  std::vector<double> event_;
  std::vector<Index> order_;
  std::vector<Time> times_;
};

/// sum_i variance_i (x_ij - mean_j)(x_ik - mean_k) / n, means weighted by the variances: the intercept is profiled out.
std::vector<double> centred_curvature(std::span<const double> variance,
                                      std::span<const double> columns) {
  const Index n = size_of(variance), k = size_of(columns) / n;
  const double total = std::accumulate(variance.begin(), variance.end(), 0.0);
  std::vector<double> spread(columns.begin(), columns.end());
  for (Index column = 0; column < k; ++column) {
    double mean = 0.0;
    for (Index i = 0; i < n; ++i) {
      mean += variance[at(i)] * columns[at(column * n + i)] / total;
    }
    for (Index i = 0; i < n; ++i) {
      double& value = spread[at(column * n + i)];
      value = std::sqrt(variance[at(i)]) * (value - mean);
    }
  }
  std::vector<double> result(at(k * k), 0.0);
  add_cross_products(spread, n, 1.0 / static_cast<double>(n), result);
  return result;
}

class GaussianLoss final : public PlainLoss {
public:
  explicit GaussianLoss(std::vector<double> value) : value_(std::move(value)) {}

  [[nodiscard]] LossValue evaluate(std::span<const double> eta) const override {
    LossValue result{.residual = value_};
    for (std::size_t i = 0; i < eta.size(); ++i) {
      result.residual[i] -= eta[i];
    }
    const double intercept = mean_of(result.residual);
    for (double& one : result.residual) {
      one -= intercept;
      result.value += 0.5 * one * one / static_cast<double>(eta.size());
    }
    return result;
  }
  [[nodiscard]] std::vector<double> curvature(std::span<const double> eta,
                                              std::span<const double> columns) const override {
    return centred_curvature(std::vector<double>(eta.size(), 1.0), columns);
  }
  [[nodiscard]] double saturated() const override { return 0.0; }

private:
  std::vector<double> value_;
};

class BinomialLoss final : public PlainLoss {
public:
  explicit BinomialLoss(std::vector<double> label) : label_(std::move(label)) {}

  [[nodiscard]] LossValue evaluate(std::span<const double> eta) const override {
    const double intercept = best_intercept(eta);
    LossValue result{.residual = label_};
    for (std::size_t i = 0; i < eta.size(); ++i) {
      const double u = eta[i] + intercept;
      result.residual[i] -= probability(u);
      // log(1 + exp(u)) without overflow
      result.value += (std::max(u, 0.0) + std::log1p(std::exp(-std::fabs(u))) - label_[i] * u) /
                      static_cast<double>(eta.size());
    }
    return result;
  }
  [[nodiscard]] std::vector<double> curvature(std::span<const double> eta,
                                              std::span<const double> columns) const override {
    const double intercept = best_intercept(eta);
    std::vector<double> variance;
    for (const double one : eta) {
      const double p = probability(one + intercept);
      variance.push_back(p * (1.0 - p));
    }
    return centred_curvature(variance, columns);
  }
  [[nodiscard]] double saturated() const override { return 0.0; }

private:
  static double probability(double u) { return 1.0 / (1.0 + std::exp(-u)); }

  /// Where the probabilities add up to the labels, by bisection and Newton.
  [[nodiscard]] double best_intercept(std::span<const double> eta) const {
    double low = -1e3, high = 1e3, intercept = 0.0;
    for (int step = 0; step < 200; ++step) {
      double excess = 0.0, slope = 0.0;
      for (std::size_t i = 0; i < eta.size(); ++i) {
        const double p = probability(eta[i] + intercept);
        excess += p - label_[i];
        slope += p * (1.0 - p);
      }
      (excess > 0.0 ? high : low) = intercept;
      const double newton = intercept - excess / slope;
      const double next = newton > low && newton < high ? newton : 0.5 * (low + high);
      if (std::fabs(next - intercept) <= 1e-15 * (1.0 + std::fabs(next))) {
        return next;
      }
      intercept = next;
    }
    return intercept;
  }

  std::vector<double> label_;
};

} // namespace

std::unique_ptr<const PlainLoss> plain_loss(const std::string& family, const std::string& prefix) {
  if (family == "cox") {
    return std::make_unique<const CoxLoss>(read_doubles(prefix + ".time.f64"),
                                           read_doubles(prefix + ".event.f64"));
  }
  if (family == "gaussian") {
    return std::make_unique<const GaussianLoss>(read_doubles(prefix + ".gaussian.f64"));
  }
  if (family == "binomial") {
    return std::make_unique<const BinomialLoss>(read_doubles(prefix + ".binomial.f64"));
  }
  throw ConfigError({.where = "family",
                     .found = vigil::quoted(family),
                     .expected = "cox, gaussian, binomial",
                     .remedy = "see benchmarks/README.md"});
}

} // namespace vigil::peers
