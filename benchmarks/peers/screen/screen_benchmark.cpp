// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// screen_benchmark COHORT.h5ad [options]: times vigil::select::screen alone; peers run as processes of their own.
//
//   --clinical K (2)   the first K features are adjusted for
//   --draws N (0)   --permute 0|1 (0)   --ties breslow|efron (efron)   --reps N (5)   --threads N (1)
//   --out FILE         z of the other features, raw doubles
//
// The cohort is read once, outside of the time. Prints one JSON line: seconds of each repeat, sizes, reads, memory.
#include "vigil/base/error.hpp"
#include "vigil/learn/preparation.hpp"
#include "vigil/select/screen.hpp"

#include "benchmarks/peers/peer_data.hpp"
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <numeric>

namespace {

using vigil::Index;

int run(const vigil::peers::Words& words) {
  vigil::Scheduler scheduler(static_cast<int>(words.count("threads", 1)));
  const vigil::Cohort cohort = vigil::peers::read_peer_cohort(words.argument(0), scheduler);
  const vigil::TrainingData read = cohort.data();
  std::vector<Index> adjusted(vigil::at(words.count("clinical", 2)));
  std::iota(adjusted.begin(), adjusted.end(), Index{0});
  const auto values = vigil::raw_columns(read.covariates(), adjusted, scheduler);
  vigil::ClinicalBlock block(read.subjects());
  for (const Index column : adjusted) {
    vigil::FeatureInfo info = read.features.info(column);
    info.marker = info.penalized = false;
    const auto from = values.begin() + column * read.subjects();
    block.add(info, {from, from + read.subjects()});
  }
  const vigil::TrainingData data{
      .features = read.features, .clinical = block, .outcome = read.outcome};
  const vigil::select::ScreenOptions options{
      .ties = *vigil::survival::parse_ties(words.text("ties", "efron")),
      .draws = words.count("draws", 0),
      .permute = words.count("permute", 0) != 0};
  vigil::FitContext context{scheduler};
  vigil::peers::reset_peak_memory();
  const Index before = vigil::peers::memory_kib("VmRSS");
  std::vector<double> seconds;
  vigil::select::Screen screen;
  for (Index number = 0; number < words.count("reps", 5); ++number) {
    seconds.push_back(vigil::peers::seconds_of([&] {
      screen = vigil::select::screen(data, cohort.weights(), options, vigil::RandomKey(1), context);
    }));
  }
  const std::string out = words.text("out", "");
  if (!out.empty()) {
    std::filesystem::remove(out);
    vigil::peers::append_doubles(
        out, std::span(screen.z).subspan(adjusted.size(), screen.z.size() - adjusted.size()));
  }
  vigil::peers::JsonLine line;
  line.add("subjects", data.subjects())
      .add("features", vigil::size_of(screen.column))
      .add("tests", screen.tests())
      .add("seconds", std::span<const double>(seconds))
      .add("reads", screen.reads)
      .add("before_kib", before)
      .add("peak_kib", vigil::peers::memory_kib("VmHWM"));
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
