// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Measures by number of subjects, on one core. Aim: C and AUC(t) of 100,000 subjects in under 0.2 s.
// Each answer is checked before its time is reported.
#include "vigil/base/random.hpp"
#include "vigil/measure/auc.hpp"
#include "vigil/measure/brier.hpp"
#include "vigil/measure/concordance.hpp"

#include <algorithm>
#include <benchmark/benchmark.h>
#include <cmath>
#include <map>
#include <memory>

namespace {

constexpr double horizon = 5.0;

/// Exponential times with hazard exp(score) / 10, half of the scores normal noise, uniform censoring up to 15.
struct Design {
  explicit Design(vigil::Index subjects) : weights(vigil::CaseWeights::ones(subjects)) {
    vigil::RandomStream stream(vigil::RandomKey(1).child("measure benchmark"));
    vigil::SurvivalOutcome survival;
    prediction.risk.horizon = {horizon};
    for (vigil::Index i = 0; i < subjects; ++i) {
      const double score = stream.normal();
      const double failure = -10.0 * std::exp(-score) * std::log1p(-stream.uniform());
      const double leaves = 15.0 * stream.uniform();
      survival.time.push_back(std::max(std::min(failure, leaves), 1e-9));
      survival.event.push_back(failure <= leaves ? 1 : 0);
      prediction.score.push_back(score);
      prediction.risk.value.push_back(-std::expm1(-0.1 * horizon * std::exp(score)));
    }
    outcome = std::move(survival);
    censoring = std::make_unique<vigil::survival::CensoringWeights>(outcome, weights);
  }
  [[nodiscard]] vigil::measure::Evaluation evaluation() const {
    return {.prediction = prediction,
            .outcome = outcome,
            .weights = weights,
            .centre = {},
            .censoring = *censoring,
            .horizon = horizon};
  }

  vigil::Prediction prediction;
  vigil::Outcome outcome;
  vigil::CaseWeights weights;
  std::unique_ptr<vigil::survival::CensoringWeights> censoring;
};

const Design& design_of(vigil::Index subjects) {
  static std::map<vigil::Index, std::unique_ptr<Design>> designs;
  auto& design = designs[subjects];
  if (!design) {
    design = std::make_unique<Design>(subjects);
  }
  return *design;
}

void run(benchmark::State& state,
         vigil::measure::Estimate (*measure)(const vigil::measure::Evaluation&),
         double smallest,
         double largest) {
  const Design& design = design_of(state.range(0));
  const auto evaluation = design.evaluation();
  const auto check = measure(evaluation);
  if (!(check.value > smallest && check.value < largest) ||
      vigil::size_of(check.influence) != state.range(0)) {
    state.SkipWithError("wrong answer");
    return;
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(measure(evaluation).value);
  }
  state.SetComplexityN(state.range(0));
}

// Wide bounds: a thousand subjects vary by 0.02 or less; a broken ranking gives 1/2, a reversed one less.
void harrell_c(benchmark::State& state) {
  run(state, vigil::measure::harrell_c, 0.66, 0.80);
}
void uno_c(benchmark::State& state) {
  run(state, vigil::measure::uno_c, 0.66, 0.80);
}
void auc(benchmark::State& state) {
  run(
      state,
      [](const vigil::measure::Evaluation& e) { return vigil::measure::auc(e); },
      0.68,
      0.86);
}
void brier(benchmark::State& state) {
  run(state, vigil::measure::brier, 0.12, 0.23);
}
void censoring_weights(benchmark::State& state) {
  const Design& design = design_of(state.range(0));
  for (auto _ : state) {
    const vigil::survival::CensoringWeights weights(design.outcome, design.weights);
    benchmark::DoNotOptimize(weights.supports(horizon));
  }
  state.SetComplexityN(state.range(0));
}

void sizes(benchmark::internal::Benchmark* one) {
  one->Arg(1000)->Arg(10000)->Arg(100000)->Unit(benchmark::kMillisecond)->Complexity();
}

BENCHMARK(harrell_c)->Apply(sizes);
BENCHMARK(uno_c)->Apply(sizes);
BENCHMARK(auc)->Apply(sizes);
BENCHMARK(brier)->Apply(sizes);
BENCHMARK(censoring_weights)->Apply(sizes);

} // namespace
