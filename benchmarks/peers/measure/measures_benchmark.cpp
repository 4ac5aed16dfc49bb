// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// measures_benchmark PREFIX [options]: times measures of one prediction; peers run as processes of their own.
//
//   --reps N (5)
//   --out FILE   values and standard errors, raw doubles: Harrell's C, Uno's C, Uno's C with its weights taken as known,
//                AUC(t) at every time, Brier score at every time
//
// PREFIX.time.f64, .event.f64, .score.f64, .horizon.f64, .risk.f64 (subjects of a horizon side by side) are read outside
// of the time. Each part begins with these columns; the censoring weights are a part of their own, used by those after.
// Prints one JSON line: seconds of each repeat of each part, sizes, memory.
#include "vigil/base/error.hpp"
#include "vigil/measure/auc.hpp"
#include "vigil/measure/brier.hpp"
#include "vigil/measure/concordance.hpp"

#include "benchmarks/peers/peer_data.hpp"
#include <filesystem>
#include <functional>
#include <iostream>
#include <optional>

namespace {

using vigil::measure::Estimate;
using vigil::measure::Evaluation;

struct Cohort {
  explicit Cohort(const std::string& prefix) {
    vigil::SurvivalOutcome survival;
    survival.time = vigil::peers::read_doubles(prefix + ".time.f64");
    for (const double event : vigil::peers::read_doubles(prefix + ".event.f64")) {
      survival.event.push_back(event > 0.0 ? 1 : 0);
    }
    outcome = std::move(survival);
    prediction.score = vigil::peers::read_doubles(prefix + ".score.f64");
    prediction.risk.horizon = vigil::peers::read_doubles(prefix + ".horizon.f64");
    prediction.risk.value = vigil::peers::read_doubles(prefix + ".risk.f64");
    weights = vigil::CaseWeights::ones(vigil::size_of(prediction.score));
  }

  vigil::Prediction prediction;
  vigil::Outcome outcome;
  vigil::CaseWeights weights = vigil::CaseWeights::ones(1);
};

/// Value and standard error of a measure at each horizon.
std::vector<double> measured(const Cohort& cohort,
                             const vigil::survival::CensoringWeights& censoring,
                             const std::vector<double>& horizons,
                             const std::function<Estimate(const Evaluation&)>& measure) {
  std::vector<double> found;
  for (const double horizon : horizons) {
    const Estimate estimate = measure({.prediction = cohort.prediction,
                                       .outcome = cohort.outcome,
                                       .weights = cohort.weights,
                                       .centre = {},
                                       .censoring = censoring,
                                       .horizon = horizon});
    found.push_back(estimate.value);
    found.push_back(vigil::measure::standard_error(estimate, cohort.weights));
  }
  return found;
}

Estimate uno_c_of_known_weights(const Evaluation& evaluation) {
  return vigil::measure::concordance(evaluation,
                                     {.pair_weight = vigil::measure::PairWeight::inverse_censoring,
                                      .censoring_is_known = true})
      .estimate;
}

int run(const vigil::peers::Words& words) {
  const Cohort cohort(words.argument(0));
  const auto& horizons = cohort.prediction.risk.horizon;
  std::optional<vigil::survival::CensoringWeights> censoring;
  std::vector<double> found;
  const auto part = [&](const std::vector<double>& when, Estimate (*measure)(const Evaluation&)) {
    return [&, when, measure] {
      const auto values = measured(cohort, *censoring, when, measure);
      found.insert(found.end(), values.begin(), values.end());
    };
  };
  const std::vector<double> last = {horizons.back()};
  const std::vector<std::pair<std::string_view, std::function<void()>>> parts = {
      {"weights", [&] { censoring.emplace(cohort.outcome, cohort.weights); }},
      {"harrell_c", part(last, vigil::measure::harrell_c)},
      {"uno_c", part(last, vigil::measure::uno_c)},
      {"uno_c_known", part(last, uno_c_of_known_weights)},
      {"auc", part(horizons, vigil::measure::auc)},
      {"brier", part(horizons, vigil::measure::brier)}};
  std::vector<std::vector<double>> seconds(parts.size());
  for (vigil::Index number = 0; number < words.count("reps", 5); ++number) {
    found.clear();
    for (std::size_t which = 0; which < parts.size(); ++which) {
      seconds[which].push_back(vigil::peers::seconds_of(parts[which].second));
    }
  }
  const std::string out = words.text("out", "");
  if (!out.empty()) {
    std::filesystem::remove(out);
    vigil::peers::append_doubles(out, found);
  }
  vigil::peers::JsonLine line;
  line.add("subjects", cohort.weights.subjects()).add("horizons", vigil::size_of(horizons));
  for (std::size_t which = 0; which < parts.size(); ++which) {
    line.add(parts[which].first, std::span<const double>(seconds[which]));
  }
  line.add("peak_kib", vigil::peers::memory_kib("VmHWM"));
  std::cout << line.text() << '\n';
  return 0;
}

} // namespace

int main(int count, char** arguments) {
  try {
    return run(vigil::peers::Words(count, arguments));
  } catch (const vigil::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
