// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/baseline_record.hpp"

#include "vigil/base/error.hpp"
#include "vigil/numeric/quantile.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::penalized {

void write_baseline(Record& record, std::span<const survival::CoxRisk::Stratum> strata) {
  Record::Counts level, steps;
  Record::Numbers time, hazard, variance, mean;
  const auto append = [](Record::Numbers& to, const std::vector<double>& from) {
    to.insert(to.end(), from.begin(), from.end());
  };
  for (const auto& stratum : strata) {
    level.push_back(stratum.level);
    steps.push_back(size_of(stratum.time));
    append(time, stratum.time);
    append(hazard, stratum.cumulative_hazard);
    append(variance, stratum.variance);
    append(mean, stratum.mean);
  }
  Record baseline("baseline");
  baseline.set("stratum", std::move(level));
  baseline.set("steps", std::move(steps));
  baseline.set("time", std::move(time));
  baseline.set("cumulative_hazard", std::move(hazard));
  baseline.set("variance", std::move(variance));
  baseline.set("mean", std::move(mean));
  record.set("baseline", std::move(baseline));
}

std::vector<survival::CoxRisk::Stratum> read_baseline(const Record& record) {
  const Record& baseline = record.record("baseline");
  const auto& level = baseline.counts("stratum");
  const auto& steps = baseline.counts("steps");
  Index total = 0;
  for (const Index count : steps) {
    total += std::max<Index>(0, count);
  }
  const auto values = [&](const char* name) -> const std::vector<double>& {
    const auto& list = baseline.numbers(name);
    if (level.size() != steps.size() || (total > 0 && size_of(list) % total != 0)) {
      throw InputError({.where = "record 'baseline', entry '" + std::string(name) + "'",
                        .found = "a list whose length does not fit the strata",
                        .expected = "values for each event time of each stratum",
                        .remedy = "the model file is damaged: fit it again",
                        .problem = "cannot read the stored model"});
    }
    return list;
  };
  std::vector<survival::CoxRisk::Stratum> strata;
  Index first = 0;
  const auto part = [&](const char* name, Index count) {
    const auto& list = values(name);
    const Index width = total == 0 ? 0 : size_of(list) / total;
    return std::vector<double>(list.begin() + first * width,
                               list.begin() + (first + count) * width);
  };
  for (Index number = 0; number < size_of(level); ++number) {
    const Index count = steps[at(number)];
    strata.push_back({.level = level[at(number)],
                      .time = part("time", count),
                      .cumulative_hazard = part("cumulative_hazard", count),
                      .variance = part("variance", count),
                      .mean = part("mean", count)});
    first += count;
  }
  return strata;
}

std::vector<double> event_times(std::span<const survival::CoxRisk::Stratum> strata) {
  std::vector<double> times;
  for (const auto& stratum : strata) {
    times.insert(times.end(), stratum.time.begin(), stratum.time.end());
  }
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  return times;
}

TrainingRisk training_risk_95(std::span<const double> linear_predictor,
                              std::span<const double> weights,
                              std::span<const survival::CoxRisk::Stratum> strata) {
  TrainingRisk result{.time = event_times(strata), .risk = {}};
  const double relative = std::exp(weighted_quantile(linear_predictor, weights, 0.95));
  for (const double time : result.time) {
    double hazard = 0.0;
    for (const auto& stratum : strata) {
      const Index place =
          std::upper_bound(stratum.time.begin(), stratum.time.end(), time) - stratum.time.begin();
      hazard = std::max(hazard, place == 0 ? 0.0 : stratum.cumulative_hazard[at(place - 1)]);
    }
    result.risk.push_back(-std::expm1(-hazard * relative));
  }
  return result;
}

} // namespace vigil::penalized
