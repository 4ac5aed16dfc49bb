// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// screen_errors [--replicates N (2000)] [--draws N (999)] [--permuted N (199)] [--level Q (0.1)] [--threads N (1)]
//
// Do the adjusted p-values of a screen keep their level? Designs of tests/support/screen_design.hpp: the false discovery rate of
// Benjamini-Hochberg and Storey, and the probability of any false discovery by maxT, with lower 99 % limits: the mean less
// 2.33 standard errors, and that of Clopper and Pearson. A method whose lower limit is above the level does not keep it.
// Prints a Markdown table.
#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/numeric/tail.hpp"
#include "vigil/select/screen.hpp"

#include "benchmarks/peers/peer_data.hpp"
#include "tests/support/screen_design.hpp"
#include <iostream>

namespace {

using vigil::Index;
using vigil::select::ScreenOptions;
using vigil::test::ErrorRates;
using vigil::test::ScreenDesign;
using vigil::test::ScreenDesignOptions;

struct Study {
  const char* name;
  ScreenDesignOptions design;
};

constexpr double one_sided_99 = 2.326347874040841;

/// Lower 99 % limit of a share.
double clopper_pearson(double hits, double number) {
  return hits == 0.0 ? 0.0 : vigil::beta_quantile(0.01, hits, number - hits + 1.0);
}

std::string verdict(double lower, double level) {
  return lower > level ? "**above**" : "yes";
}

void print_row(
    const Study& study, const char* method, const ErrorRates& rates, double level, bool any) {
  const double rate = any ? rates.fwer() : rates.fdr();
  const double lower = any ? clopper_pearson(rates.any_false, static_cast<double>(rates.replicates))
                           : rate - one_sided_99 * rates.fdr_se();
  std::cout << "| " << study.name << " | " << method << " | " << (any ? "any false" : "share false")
            << " | " << vigil::fixed_text(rate, 4) << " | " << vigil::fixed_text(lower, 4) << " | "
            << verdict(lower, level) << " | " << vigil::fixed_text(rates.mean(rates.discoveries), 2)
            << " |" << std::endl;
}

void run_study(const Study& study, const vigil::peers::Words& words, vigil::FitContext& context) {
  const double level = words.number("level", 0.1);
  const Index draws = words.count("draws", 999), permuted = words.count("permuted", 199);
  const ScreenOptions by_multipliers{.draws = draws};
  const ScreenOptions by_permutations{.draws = permuted, .permute = true};
  ErrorRates bh, storey, multipliers, permutations;
  for (Index replicate = 0; replicate < words.count("replicates", 2000); ++replicate) {
    const auto key = vigil::RandomKey(20261128).child(study.name).child(replicate);
    const ScreenDesign design(study.design, key.child("design"));
    const auto weights = vigil::CaseWeights::ones(study.design.subjects);
    const auto drawn = vigil::select::screen(design.data(), weights, by_multipliers, key, context);
    bh.add(design, drawn.bh, level);
    storey.add(design, drawn.storey, level);
    multipliers.add(design, drawn.max_t, level);
    if (permuted > 0) {
      const auto exchanged =
          vigil::select::screen(design.data(), weights, by_permutations, key, context);
      permutations.add(design, exchanged.max_t, level);
    }
  }
  print_row(study, "Benjamini-Hochberg", bh, level, false);
  print_row(study, "Storey", storey, level, false);
  print_row(study, "maxT, multipliers", multipliers, level, true);
  if (permutations.replicates > 0) {
    print_row(study, "maxT, permutations", permutations, level, true);
  }
}

} // namespace

int main(int count, char** arguments) {
  try {
    const vigil::peers::Words words(count, arguments);
    vigil::Scheduler scheduler(static_cast<int>(words.count("threads", 1)));
    vigil::FitContext context{scheduler};
    std::cout << "| design | method | error | rate | lower 99 % limit | keeps "
              << words.number("level", 0.1) << " | found |\n|---|---|---|---|---|---|---|"
              << std::endl;
    const std::vector<Study> studies{
        {"global null", {}},
        {"global null, features and censoring depend on the clinical column",
         {.confounding = 0.6, .dependent = true}},
        {"20 true markers in blocks", {.effect = 0.35}},
        {"20 true markers, features and censoring depend on the clinical column",
         {.effect = 0.35, .confounding = 0.6, .dependent = true}},
        {"global null, a tenth with an event", {.censoring = 9.0}}};
    for (const Study& study : studies) {
      run_study(study, words, context);
    }
    return 0;
  } catch (const vigil::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
