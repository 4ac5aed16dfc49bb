// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// penalized_benchmark path|cv|nested|stability COHORT.h5ad [options]: times vigil alone; peers run as processes of their own.
//
//   --family cox|gaussian|binomial   --l1-ratio R (1)   --points N (100)   --ratio R (0.01)
//   --reps N (5)   --threads N (1)   --out FILE (solution of path, counts of stability)
//   --folds FILE   one line per subject: fold from 1       --full-grid 0|1 (0)
//   --outer K (10)   --repeats R (5)   --inner K (5)   folds of nested; its --out: inner fold of each subject in the first
//                  outer training set, 0 for those outside
//   --halves FILE  one line per half sample: subjects from 1   --q N (50)
//
// The cohort is read once, outside of the time. Timed: preparation of the columns (fit_preparations) and the paths.
// Prints one JSON line: seconds of each repeat, sizes, the certificate, and memory.
#include "vigil/base/error.hpp"
#include "vigil/base/large_pages.hpp"
#include "vigil/base/text.hpp"
#include "vigil/learn/preparation.hpp"
#include "vigil/numeric/blas.hpp"
#include "vigil/penalized/cross_validate.hpp"
#include "vigil/penalized/fit_paths.hpp"
#include "vigil/resample/plan.hpp"

#include "benchmarks/peers/peer_data.hpp"
#include <algorithm>
#include <fstream>
#include <functional>
#include <iostream>

namespace {

using vigil::at;
using vigil::Index;
using vigil::size_of;
using vigil::peers::JsonLine;
using vigil::peers::Words;
using vigil::penalized::PathFit;

/// What every kind of work has in common.
struct Bench {
  explicit Bench(const Words& line)
      : words(line), scheduler(static_cast<int>(line.count("threads", 1))),
        peer(vigil::peers::read_peer_data(line.argument(1), line.text("family", "cox"), scheduler)),
        data(peer.data()), penalty{.l1_ratio = line.number("l1-ratio", 1.0)},
        grid{.points = line.count("points", 100), .smallest_fraction = line.number("ratio", 0.01)} {
  }

  /// Times `work` and says what it costs in memory above what is held before it starts.
  void repeat(const std::function<void()>& work, JsonLine& out) {
    vigil::peers::reset_peak_memory();
    const Index before = vigil::peers::memory_kib("VmRSS");
    std::vector<double> seconds;
    for (Index number = 0; number < words.count("reps", 5); ++number) {
      seconds.push_back(vigil::peers::seconds_of(work));
    }
    out.add("subjects", data.subjects())
        .add("features", data.columns())
        .add("seconds", std::span<const double>(seconds))
        .add("before_kib", before)
        .add("peak_kib", vigil::peers::memory_kib("VmHWM"))
        .add("matrix_kib", data.subjects() * data.columns() * 4 / 1024);
  }

  const Words& words;
  vigil::Scheduler scheduler;
  vigil::peers::PeerData peer;
  vigil::TrainingData data;
  vigil::penalized::PenaltyOptions penalty;
  vigil::penalized::LambdaGrid grid;
};

/// Squares of the number of selected features over points and paths: what the floor of the curvature is made of.
void add_work(std::span<const PathFit> paths, JsonLine& out) {
  double squares = 0.0, points = 0.0, worst = 0.0;
  for (const PathFit& path : paths) {
    for (const Index selected : path.nonzero) {
      squares += static_cast<double>(selected * selected);
    }
    points += static_cast<double>(path.points());
    for (const double violation : path.kkt_violation) {
      worst = std::max(worst, violation);
    }
  }
  out.add("sum_squares", squares).add("all_points", points).add("worst_kkt", worst);
}

vigil::peers::Solution solution_of(const PathFit& path) {
  vigil::peers::Solution solution{.lambda = path.lambda};
  for (Index point = 0; point < path.points(); ++point) {
    const auto features = path.coefficients.features_at(point);
    const auto values = path.coefficients.values_at(point);
    solution.feature.insert(solution.feature.end(), features.begin(), features.end());
    solution.point.insert(solution.point.end(), features.size(), point);
    solution.value.insert(solution.value.end(), values.begin(), values.end());
  }
  return solution;
}

void time_path(Bench& bench, JsonLine& out) {
  vigil::FitContext context{bench.scheduler};
  const auto weights = vigil::CaseWeights::ones(bench.data.subjects());
  std::vector<PathFit> paths;
  bench.repeat(
      [&] {
        const auto preparations =
            vigil::fit_preparations(bench.data, {&weights, 1}, {}, bench.scheduler);
        const vigil::FitItem item{weights, preparations.front(), vigil::RandomKey(1)};
        paths = vigil::penalized::fit_paths(
            {bench.data, {&item, 1}}, bench.penalty, bench.grid, context);
      },
      out);
  add_work(paths, out);
  const PathFit& path = paths.front();
  out.add("lambdas", path.points())
      .add("nonzero", path.points() > 0 ? path.nonzero.back() : 0)
      .add("status", path.points() > 0 ? vigil::name_of(path.status.back()) : "undefined");
  const std::string file = bench.words.text("out", "");
  if (!file.empty()) {
    vigil::peers::write_solution(solution_of(path), file);
  }
}

void add_validation(const vigil::penalized::CrossValidation& result, Index folds, JsonLine& out) {
  out.add("lambdas", result.path.points())
      .add("folds", folds)
      .add("minimum", result.minimum)
      .add("one_se", result.one_se)
      .add("stopped_at", result.stopped_at)
      .add("loss", std::span<const double>(result.loss))
      .add("lambda", std::span<const double>(result.path.lambda));
}

void time_cv(Bench& bench, JsonLine& out) {
  vigil::FitContext context{bench.scheduler};
  const auto weights = vigil::CaseWeights::ones(bench.data.subjects());
  std::vector<Index> fold_of;
  for (const auto& line : vigil::peers::read_lines(bench.words.text("folds", ""))) {
    fold_of.push_back(line.at(0));
  }
  vigil::penalized::CvOptions options;
  options.folds = *std::max_element(fold_of.begin(), fold_of.end());
  options.full_grid = bench.words.count("full-grid", 0) != 0;
  options.fold_of = {fold_of};
  std::vector<vigil::penalized::CrossValidation> results;
  bench.repeat(
      [&] {
        const auto preparations =
            vigil::fit_preparations(bench.data, {&weights, 1}, {}, bench.scheduler);
        const vigil::FitItem item{weights, preparations.front(), vigil::RandomKey(1)};
        const vigil::penalized::PathRequest request{bench.penalty, bench.grid};
        results = vigil::penalized::cross_validate(
            {bench.data, {&item, 1}}, {&request, 1}, options, context);
      },
      out);
  const auto& result = results.front();
  add_work({&result.path, 1}, out);
  add_validation(result, options.folds, out);
}

/// Cross-validation of every outer training set, in one batch; its numbers are those of the first.
void time_nested(Bench& bench, JsonLine& out) {
  vigil::FitContext context{bench.scheduler};
  const Index folds = bench.words.count("outer", 10), repeats = bench.words.count("repeats", 5);
  const auto ones = vigil::CaseWeights::ones(bench.data.subjects());
  const auto plan = vigil::stratified_folds(
      bench.data, ones, {.folds = folds, .repeats = repeats}, vigil::RandomKey(1));
  std::vector<vigil::CaseWeights> training;
  for (Index number = 0; number < plan.size(); ++number) {
    training.push_back(plan.at_number(number).train);
  }
  vigil::penalized::CvOptions options;
  options.folds = bench.words.count("inner", 5);
  options.full_grid = bench.words.count("full-grid", 0) != 0;
  std::vector<vigil::penalized::CrossValidation> results;
  bench.repeat(
      [&] {
        const auto preparations =
            vigil::fit_preparations(bench.data, training, {}, bench.scheduler);
        std::vector<vigil::FitItem> items;
        for (Index number = 0; number < plan.size(); ++number) {
          items.push_back(
              {training[at(number)], preparations[at(number)], vigil::RandomKey(1).child(number)});
        }
        const std::vector<vigil::penalized::PathRequest> requests(
            items.size(), {.penalty = bench.penalty, .grid = bench.grid});
        results = vigil::penalized::cross_validate({bench.data, items}, requests, options, context);
      },
      out);
  std::vector<PathFit> paths;
  for (auto& result : results) {
    paths.push_back(result.path);
  }
  add_work(paths, out);
  out.add("outer", plan.size());
  add_validation(results.front(), options.folds, out);
  const std::string file = bench.words.text("out", "");
  if (!file.empty()) {
    std::ofstream stream(file);
    for (const Index fold : results.front().fold_of.front()) {
      stream << fold << '\n';
    }
  }
}

/// For each half sample a line per point: half, point, selected features, all from 1.
void write_selections(std::span<const PathFit> paths, const std::string& file) {
  std::ofstream stream(file);
  for (Index half = 0; half < size_of(paths); ++half) {
    const PathFit& path = paths[at(half)];
    for (Index point = 0; point < path.points(); ++point) {
      stream << half + 1 << ' ' << point + 1;
      for (const Index feature : path.coefficients.features_at(point)) {
        stream << ' ' << feature + 1;
      }
      stream << '\n';
    }
  }
}

void time_stability(Bench& bench, JsonLine& out) {
  vigil::FitContext context{bench.scheduler};
  std::vector<vigil::CaseWeights> halves;
  for (const auto& line : vigil::peers::read_lines(bench.words.text("halves", ""))) {
    std::vector<std::uint32_t> times(at(bench.data.subjects()), 0);
    for (const Index subject : line) {
      times.at(at(subject - 1)) = 1;
    }
    halves.push_back(vigil::CaseWeights::ones(bench.data.subjects()).with_times(std::move(times)));
  }
  bench.grid.most_nonzero = bench.words.count("q", 50);
  std::vector<PathFit> paths;
  bench.repeat(
      [&] {
        const auto preparations = vigil::fit_preparations(bench.data, halves, {}, bench.scheduler);
        std::vector<vigil::FitItem> items;
        for (Index half = 0; half < size_of(halves); ++half) {
          items.push_back({halves[at(half)], preparations[at(half)], vigil::RandomKey(1)});
        }
        paths =
            vigil::penalized::fit_paths({bench.data, items}, bench.penalty, bench.grid, context);
      },
      out);
  add_work(paths, out);
  out.add("halves", size_of(halves)).add("q", bench.grid.most_nonzero);
  const std::string file = bench.words.text("out", "");
  if (!file.empty()) {
    write_selections(paths, file);
  }
}

void run(const Words& line) {
  const std::string& work = line.argument(0);
  Bench bench(line);
  JsonLine out;
  out.add("work", work)
      .add("family", line.text("family", "cox"))
      .add("l1_ratio", bench.penalty.l1_ratio)
      .add("threads", bench.scheduler.workers());
  if (work == "path") {
    time_path(bench, out);
  } else if (work == "cv") {
    time_cv(bench, out);
  } else if (work == "nested") {
    time_nested(bench, out);
  } else if (work == "stability") {
    time_stability(bench, out);
  } else {
    throw vigil::ConfigError({.where = "command line",
                              .found = vigil::quoted(work),
                              .expected = "path, cv, nested, stability",
                              .remedy = "see benchmarks/README.md"});
  }
  std::cout << out.text() << '\n';
}

} // namespace

int main(int count, char** words) {
  vigil::restart_with_better_blas(words); // as the program does
  vigil::keep_freed_heap(vigil::Index{1} << 29);
  try {
    run(Words(count, words));
    return 0;
  } catch (const std::exception& failure) {
    std::cerr << failure.what() << '\n';
    return 1;
  }
}
