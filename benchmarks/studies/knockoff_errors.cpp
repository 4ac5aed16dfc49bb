// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// knockoff_errors [--replicates N (2000)] [--derandomised N (500)] [--copies M (11)] [--level Q (0.2)] [--threads N (1)]
//
// Do knockoffs keep their level? Designs of tests/support/knockoff_errors.hpp: share of false among the selected with its lower
// 99 % limit (2.33 standard errors below), by one set of knockoffs and by e-values over several; false selections of a
// replicate where their number is controlled. Prints a Markdown table.
#include "tests/support/knockoff_errors.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/select/knockoffs.hpp"

#include "benchmarks/peers/peer_data.hpp"
#include <iostream>
#include <string>
#include <vector>

namespace {

using vigil::Index;
using vigil::select::KnockoffControl;
using vigil::select::KnockoffGaps;
using vigil::select::KnockoffOptions;
using vigil::select::KnockoffStatistic;

struct Method {
  std::string name;
  KnockoffOptions options;
};

constexpr double one_sided_99 = 2.326347874040841;

std::vector<Method> methods(double level, Index copies) {
  KnockoffOptions one{.copies = 1, .level = level, .null_check = false}, entry = one, equal = one;
  entry.competition.statistic = KnockoffStatistic::entry;
  equal.gaps = KnockoffGaps::equal;
  KnockoffOptions many = one, number = one;
  many.copies = number.copies = copies;
  number.control = KnockoffControl::false_selections;
  return {{"one set, coefficients", one},
          {"one set, coefficients, equal gaps", equal},
          {"one set, lambdas of entry", entry},
          {vigil::number_text(copies) + " sets, e-values", many},
          {vigil::number_text(copies) + " sets, 1 false selection", number}};
}

void run_method(const Method& method,
                double effect,
                const vigil::peers::Words& words,
                vigil::FitContext& context) {
  vigil::test::SelectionErrors errors;
  const bool one = method.options.copies == 1;
  const Index replicates = one ? words.count("replicates", 2000) : words.count("derandomised", 500);
  for (Index replicate = 0; replicate < replicates; ++replicate) {
    const auto key =
        vigil::RandomKey(20261128).child(effect > 0.0 ? "signal" : "null").child(replicate);
    const vigil::test::ScreenDesign design(vigil::test::knockoff_design(effect),
                                           key.child("design"));
    const auto weights = vigil::CaseWeights::ones(vigil::test::knockoff_subjects);
    const auto found =
        vigil::select::knockoffs(design.data(), weights, method.options, key, context);
    errors.add(found.verdict.selected, effect);
  }
  const double lower = errors.fdr() - one_sided_99 * errors.fdr_se();
  std::cout << "| " << (effect > 0.0 ? "16 of 40 true" : "none true") << " | " << method.name
            << " | " << replicates << " | " << vigil::fixed_text(errors.fdr(), 4) << " | "
            << vigil::fixed_text(lower, 4) << " | " << vigil::fixed_text(errors.false_found(), 2)
            << " | " << vigil::fixed_text(errors.true_found(), 2) << " |" << std::endl;
}

} // namespace

int main(int count, char** arguments) {
  try {
    const vigil::peers::Words words(count, arguments);
    vigil::Scheduler scheduler(static_cast<int>(words.count("threads", 1)));
    vigil::FitContext context{scheduler};
    std::cout << "| design | method | replicates | share false | lower 99 % limit | false | true "
                 "found |\n|---|---|---|---|---|---|---|"
              << std::endl;
    for (const double effect : {0.5, 0.0}) {
      for (const Method& method : methods(words.number("level", 0.2), words.count("copies", 11))) {
        run_method(method, effect, words, context);
      }
    }
    return 0;
  } catch (const vigil::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
