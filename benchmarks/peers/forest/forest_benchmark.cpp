// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// forest_benchmark PREFIX SUBJECTS FEATURES [options]: times vigil alone; peers run as processes of their own.
//
//   PREFIX.x, PREFIX.t, PREFIX.s  raw doubles: features one after another, times, events
//   --trees N (500)   --rule NAME (guarded_log_rank)   --min-leaf N (5)   --min-leaf-events N (3)   --min-node N (15)
//   --features-per-split N (0)   --replace 0|1 (0)   --seed N (1)   --reps N (5)   --threads N (1)
//   --importance KIND   --importance-on concordance|brier@T (concordance): every repeat also grows with importance
//   --scores-of FILE  grows nothing: the concordance of these scores, raw doubles, whoever made them
//
// The data are read once, outside of the time. Timed: everything from the matrix in memory to out-of-bag predictions.
// Prints one JSON line: seconds of each repeat, without and with importance and the features that lead then, the
// out-of-bag concordance, sizes of the trees, and memory.
#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/forest/survival_forest.hpp"
#include "vigil/measure/concordance.hpp"

#include "benchmarks/peers/peer_data.hpp"
#include <algorithm>
#include <cstdlib>
#include <iostream>

namespace {

using vigil::at;
using vigil::Index;
using vigil::size_of;

struct Cohort {
  vigil::FeatureMatrix features;
  vigil::ClinicalBlock clinical;
  vigil::Outcome outcome;

  [[nodiscard]] vigil::TrainingData data() const {
    return {.features = features, .clinical = clinical, .outcome = outcome};
  }
};

Cohort read_cohort(const std::string& prefix, Index subjects, Index features) {
  const auto values = vigil::peers::read_doubles(prefix + ".x");
  VIGIL_EXPECTS(size_of(values) == subjects * features);
  std::vector<vigil::FeatureInfo> info;
  for (Index feature = 0; feature < features; ++feature) {
    info.push_back({.name = "x" + std::to_string(feature + 1)});
  }
  vigil::SurvivalOutcome survival{
      .entry = {}, .time = vigil::peers::read_doubles(prefix + ".t"), .event = {}};
  for (const double event : vigil::peers::read_doubles(prefix + ".s")) {
    survival.event.push_back(event > 0.0 ? 1 : 0);
  }
  return {.features = {vigil::resident_source(
                           subjects, features, std::vector<float>(values.begin(), values.end())),
                       std::move(info)},
          .clinical = vigil::ClinicalBlock(subjects),
          .outcome = std::move(survival)};
}

double concordance_of(std::vector<double> scores, const vigil::Outcome& outcome) {
  vigil::Prediction prediction;
  prediction.score = std::move(scores);
  const auto ones = vigil::CaseWeights::ones(size_of(prediction.score));
  const vigil::survival::CensoringWeights censoring(outcome, ones);
  return vigil::measure::harrell_c({.prediction = prediction,
                                    .outcome = outcome,
                                    .weights = ones,
                                    .centre = {},
                                    .censoring = censoring})
      .value;
}

std::string leading(std::span<const vigil::forest::ImportanceRow> rows, bool ascending) {
  std::vector<vigil::forest::ImportanceRow> sorted(rows.begin(), rows.end());
  std::stable_sort(sorted.begin(), sorted.end(), [&](const auto& left, const auto& right) {
    return ascending ? left.importance < right.importance : left.importance > right.importance;
  });
  std::string text;
  for (const auto& row : std::span(sorted).first(std::min<std::size_t>(sorted.size(), 5))) {
    text += row.feature + " " + vigil::fixed_text(row.importance, 5) + " (" +
            vigil::fixed_text(row.se, 5) + ") ";
  }
  return text;
}

void score(const vigil::peers::Words& words, const Cohort& cohort) {
  vigil::peers::JsonLine out;
  out.add("concordance",
          concordance_of(vigil::peers::read_doubles(words.text("scores-of", "")), cohort.outcome));
  std::cout << out.text() << '\n';
}

void time_forest(const vigil::peers::Words& words, const Cohort& cohort) {
  const Index subjects = cohort.data().subjects(), features = cohort.data().columns();
  vigil::Scheduler scheduler(static_cast<int>(words.count("threads", 1)));
  vigil::FitContext context{scheduler};
  const vigil::forest::ForestOptions options{.trees = words.count("trees", 500),
                                             .features_per_split =
                                                 words.count("features-per-split", 0),
                                             .min_node = words.count("min-node", 15),
                                             .min_leaf = words.count("min-leaf", 5),
                                             .min_leaf_events = words.count("min-leaf-events", 3),
                                             .replace = words.count("replace", 0) != 0,
                                             .split_rule = words.text("rule", "guarded_log_rank")};
  const auto ones = vigil::CaseWeights::ones(subjects);
  const vigil::Preparation preparation(features, {});
  const vigil::FitItem item{
      ones, preparation, vigil::RandomKey(static_cast<std::uint64_t>(words.count("seed", 1)))};
  vigil::peers::reset_peak_memory();
  const Index before = vigil::peers::memory_kib("VmRSS");
  vigil::forest::ForestOptions asking = options;
  const std::string kind = words.text("importance", "");
  if (!kind.empty()) {
    asking.importance = {vigil::forest::find_importance_kind(kind)};
    asking.importance_on =
        vigil::forest::ImportanceOn::from_text(words.text("importance-on", "concordance"));
  }
  std::vector<double> seconds, importance_seconds;
  std::string leaders;
  double concordance = 0.0;
  Index nodes = 0, peak = 0;
  for (Index number = 0; number < words.count("reps", 5); ++number) {
    seconds.push_back(vigil::peers::seconds_of([&] {
      const auto forest =
          vigil::forest::SurvivalForest::grow(cohort.data(), item, options, context);
      concordance = concordance_of(forest.out_of_bag().mortality, cohort.outcome);
      nodes = 0;
      for (const auto& tree : forest.trees()) {
        nodes += tree.nodes();
      }
    }));
    if (number == 0) { // later ones find the memory in pieces
      peak = vigil::peers::memory_kib("VmHWM");
    }
    if (!kind.empty()) {
      importance_seconds.push_back(vigil::peers::seconds_of([&] {
        const auto forest =
            vigil::forest::SurvivalForest::grow(cohort.data(), item, asking, context);
        leaders = leading(forest.importance(), kind == "minimal_depth");
      }));
    }
  }
  vigil::peers::JsonLine out;
  out.add("rule", options.split_rule)
      .add("threads", scheduler.workers())
      .add("subjects", subjects)
      .add("features", features)
      .add("trees", options.trees)
      .add("seconds", std::span<const double>(seconds))
      .add("importance", kind)
      .add("importance_seconds", std::span<const double>(importance_seconds))
      .add("leading", leaders)
      .add("oob_concordance", concordance)
      .add("nodes_per_tree", static_cast<double>(nodes) / static_cast<double>(options.trees))
      .add("before_kib", before)
      .add("peak_kib", peak)
      .add("ranks_kib", subjects * features * 2 / 1024);
  std::cout << out.text() << '\n';
}

} // namespace

int main(int count, char** words) {
  try {
    const vigil::peers::Words line(count, words);
    const Cohort cohort =
        read_cohort(line.argument(0), std::stoll(line.argument(1)), std::stoll(line.argument(2)));
    (line.text("scores-of", "").empty() ? time_forest : score)(line, cohort);
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
