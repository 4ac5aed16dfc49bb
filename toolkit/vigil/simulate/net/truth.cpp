// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/simulate/net/truth.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::simulate::net {

namespace {

constexpr double contested = 0.1; // differences below it are worth more draws
constexpr Index most_rounds = 400;

/// Sums over draws of one cell: by half, and of the difference and its square.
struct Sums {
  std::array<double, 2> observe{}, resect{}, preoperative{};
  double difference = 0.0, square = 0.0;

  void add(std::size_t half, double observed, double resected, double prepared) {
    observe.at(half) += observed;
    resect.at(half) += resected;
    preoperative.at(half) += prepared;
    difference += resected - observed;
    square += (resected - observed) * (resected - observed);
  }

  [[nodiscard]] double variance(Index draws) const {
    const auto n = static_cast<double>(draws);
    return std::max(0.0, square - difference * difference / n) / (n - 1.0);
  }
};

/// The three arms of one future in one version.
struct Arms {
  Course observed, resected, prepared;
};

class PatientSums {
public:
  PatientSums(const Design& design, const Patient& patient, const Centre& centre)
      : design_(design), age_(patient.age),
        utilities_(utility_sets(design.constants)), layout_{.horizons = size_of(design.horizons)},
        own_(history_rates(patient, design.constants, centre.quality, centre.metastatic_slope)),
        reference_(history_rates(patient, design.constants, 0.0, centre.metastatic_slope)),
        sums_(at(2 * layout_.utilities * layout_.horizons)), observed_(at(2 * layout_.horizons), 0),
        resected_(at(2 * layout_.horizons), 0) {}

  void add(const HistoryDraw& draw) {
    const Arms own = arms(own_, draw), reference = arms(reference_, draw);
    const bool same = own.observed == reference.observed && own.resected == reference.resected &&
                      own.prepared == reference.prepared;
    const std::size_t half = draws_ % 2 == 0 ? 0 : 1;
    for (Index utility = 0; utility < layout_.utilities; ++utility) {
      for (Index horizon = 0; horizon < layout_.horizons; ++horizon) {
        const auto value = years(own, utility, horizon);
        add(0, utility, horizon, half, value);
        add(1, utility, horizon, half, same ? value : years(reference, utility, horizon));
      }
    }
    count(0, own);
    count(1, reference);
    early_ += returns(own.resected, design_.constants.early_recurrence_months) ? 1 : 0;
    ++draws_;
  }

  [[nodiscard]] Index draws() const noexcept { return draws_; }

  /// Draws after which every contested difference is known well enough; even.
  [[nodiscard]] Index wanted() const {
    double most = static_cast<double>(design_.replicates);
    for (const Sums& cell : sums_) {
      if (std::fabs(cell.difference / static_cast<double>(draws_)) < contested) {
        const double error = design_.truth_error;
        most = std::max(most, std::ceil(cell.variance(draws_) / (error * error)));
      }
    }
    most = std::min(most, static_cast<double>(most_rounds * design_.replicates));
    const auto count = static_cast<Index>(most);
    return count + count % 2;
  }

  [[nodiscard]] PatientTruth truth() const {
    PatientTruth truth{.replicates = draws_};
    const auto n = static_cast<double>(draws_);
    const auto halves = [n](const std::array<double, 2>& sum) {
      return Halves{2.0 * sum[0] / n, 2.0 * sum[1] / n};
    };
    for (const Sums& cell : sums_) {
      truth.expectation.push_back({.observe = halves(cell.observe),
                                   .resect = halves(cell.resect),
                                   .difference_se = std::sqrt(cell.variance(draws_) / n),
                                   .preoperative = halves(cell.preoperative)});
    }
    for (std::size_t cell = 0; cell < observed_.size(); ++cell) {
      truth.returns.push_back(
          {static_cast<double>(observed_[cell]) / n, static_cast<double>(resected_[cell]) / n});
    }
    truth.early_recurrence = static_cast<double>(early_) / n;
    return truth;
  }

private:
  [[nodiscard]] Arms arms(const HistoryRates& rates, const HistoryDraw& draw) const {
    const Constants& c = design_.constants;
    Arms result{.observed = observe(rates, draw, c),
                .resected = resect_now(rates, draw, c),
                .prepared = {}};
    result.prepared = clears(draw, c) ? resect_now(rates, draw, c, true) : result.resected;
    return result;
  }

  [[nodiscard]] std::array<double, 3> years(const Arms& arms, Index utility, Index horizon) const {
    const Utilities& set = utilities_.at(at(utility));
    const double end = design_.horizons[at(horizon)];
    const double resected = quality_adjusted_years(arms.resected, set, age_, end);
    const bool cleared = !(arms.prepared == arms.resected);
    return {quality_adjusted_years(arms.observed, set, age_, end),
            resected,
            cleared ? quality_adjusted_years(arms.prepared, set, age_, end) : resected};
  }

  void add(Index version,
           Index utility,
           Index horizon,
           std::size_t half,
           const std::array<double, 3>& value) {
    sums_[at(layout_.expectation(version, utility, horizon))].add(
        half, value[0], value[1], value[2]);
  }

  [[nodiscard]] static bool returns(const Course& course, double by) {
    return course.spread <= by && course.spread <= course.death();
  }

  void count(Index version, const Arms& arms) {
    for (Index horizon = 0; horizon < layout_.horizons; ++horizon) {
      const double by = design_.horizons[at(horizon)];
      const auto cell = at(layout_.returns(version, horizon));
      observed_[cell] += returns(arms.observed, by) ? 1 : 0;
      resected_[cell] += returns(arms.resected, by) ? 1 : 0;
    }
  }

  const Design& design_;
  double age_;
  std::array<Utilities, 3> utilities_;
  TruthLayout layout_;
  HistoryRates own_, reference_;
  std::vector<Sums> sums_;
  std::vector<Index> observed_, resected_;
  Index early_ = 0, draws_ = 0;
};

} // namespace

std::string_view name_of(Version version) noexcept {
  return version == Version::own ? "own" : "reference";
}

int decision_class(double difference, double margin) noexcept {
  return difference > margin ? 1 : difference < -margin ? -1 : 0;
}

PatientTruth patient_truth(const Design& design,
                           const Patient& patient,
                           const Centre& centre,
                           const RandomKey& key) {
  PatientSums sums(design, patient, centre);
  const RandomKey futures = key.child("futures");
  for (Index wanted = design.replicates; sums.draws() < wanted; wanted = sums.wanted()) {
    while (sums.draws() < wanted) {
      sums.add(draw_history(futures.child(sums.draws())));
    }
  }
  return sums.truth();
}

std::vector<PatientTruth> truth_of(const Design& design,
                                   std::span<const Centre> centres,
                                   std::span<const Patient> patients,
                                   Scheduler& scheduler) {
  std::vector<PatientTruth> truth(patients.size());
  scheduler.for_each(size_of(patients), [&](Index number, Index) {
    const Patient& patient = patients[at(number)];
    truth[at(number)] = patient_truth(
        design, patient, centres[at(patient.centre)], patient_key(design.seed, number));
  });
  return truth;
}

} // namespace vigil::simulate::net
