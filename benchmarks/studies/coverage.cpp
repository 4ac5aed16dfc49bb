// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// coverage [held-out|folds|centres] [--replicates N (2000; others 1000)] [--population N (40000; folds 5000)]
//          [--settings 13 (123456; centres 123456789)] [--threads N (1)]
//
// How often do 95 % intervals contain the value that they speak of? Designs of tests/support/coverage_design.hpp, estimands of
// tests/support/coverage_study.hpp. held-out: influence-function intervals of a frozen model on a test set. folds:
// Nadeau-Bengio intervals of 5 x 5 folds, and those of Bates, Hastie and Tibshirani of the same subjects; "too short here" where the upper 99 % limit of the coverage (Clopper and Pearson)
// is below 92 %. centres: intervals of a bootstrap of centres and of subjects, design and estimand in
// tests/support/centre_coverage.hpp. Prints a Markdown table.
#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"

#include "benchmarks/peers/peer_data.hpp"
#include "tests/support/centre_coverage.hpp"
#include <array>
#include <iostream>

namespace {

using vigil::fixed_text;
using vigil::Index;
using vigil::test::CentreDesign;
using vigil::test::CentrePopulation;
using vigil::test::CentreSetting;
using vigil::test::CoverageDesign;
using vigil::test::CoveragePopulation;
using vigil::test::CoverageSetting;
using vigil::test::IntervalCoverage;

constexpr std::array<std::string_view, 7> held_out_measures{
    "harrell_c", "uno_c", "auc", "brier", "net_benefit", "ipa", "oe_ratio"};
constexpr std::array<std::string_view, 4> fold_measures{"harrell_c", "auc", "brier", "net_benefit"};
// After the rows of these measures come those with losses of subjects.
constexpr std::array<std::string_view, 6> fold_rows{
    "harrell_c", "auc", "brier", "net_benefit", "brier (Bates)", "net_benefit (Bates)"};

constexpr std::array<std::string_view, 5> centre_measures{
    "harrell_c", "auc", "brier", "oe_ratio", "calibration_slope"};
// First of samples of centres, then of samples of subjects.
constexpr std::array<std::string_view, 10> centre_rows{"harrell_c",
                                                       "auc",
                                                       "brier",
                                                       "oe_ratio",
                                                       "calibration_slope",
                                                       "harrell_c (subjects)",
                                                       "auc (subjects)",
                                                       "brier (subjects)",
                                                       "oe_ratio (subjects)",
                                                       "calibration_slope (subjects)"};

enum class Study { held_out, folds, centres };

std::string percent(double share) {
  return fixed_text(100.0 * share, 1);
}

std::string verdict(const IntervalCoverage& one, Study study) {
  if (study != Study::held_out) {
    return one.upper_limit() < 0.92 ? "**too short here**" : "";
  }
  return one.coverage() < 0.935 ? "**too short**" : one.coverage() > 0.965 ? "**too long**" : "yes";
}

/// `design`: its two columns.
void print_row(const std::string& design,
               std::string_view measure,
               const IntervalCoverage& one,
               Study study) {
  std::cout << "| " << design << " | " << measure << " | " << fixed_text(one.mean(one.truth), 3)
            << " | " << percent(one.coverage()) << " | " << percent(one.mean(one.below)) << ", "
            << percent(one.mean(one.above)) << " | " << verdict(one, study) << " | "
            << fixed_text(one.mean(one.width), 3) << " | " << fixed_text(one.mean(one.error), 4)
            << " | " << fixed_text(one.se_ratio(), 3) << " | " << percent(one.undefined()) << " |"
            << std::endl;
}

void run_setting(const CoverageSetting& setting,
                 const vigil::peers::Words& words,
                 bool folds,
                 vigil::Scheduler& scheduler) {
  const std::span<const std::string_view> measures =
      folds ? std::span<const std::string_view>(fold_measures) : held_out_measures;
  const std::span<const std::string_view> rows =
      folds ? std::span<const std::string_view>(fold_rows) : measures;
  const auto key = vigil::RandomKey(20261128)
                       .child(setting.name)
                       .child(setting.censored < 0.5 ? Index{0} : Index{1});
  const CoveragePopulation population(CoverageDesign(setting),
                                      words.count("population", folds ? 5000 : 40000),
                                      key.child("population"));
  const auto results =
      vigil::test::coverage_of(words.count("replicates", folds ? 1000 : 2000),
                               vigil::size_of(rows),
                               key.child(folds ? "folds" : "held-out"),
                               scheduler,
                               [&](const vigil::RandomKey& own, vigil::FitContext& context) {
                                 return folds ? fold_cases(population, measures, own, context, true)
                                              : held_out_cases(population, measures, own, context);
                               });
  for (std::size_t cell = 0; cell < rows.size(); ++cell) {
    print_row(setting.name + " | " + percent(setting.censored),
              rows[cell],
              results[cell],
              folds ? Study::folds : Study::held_out);
  }
}

void run_centres(const CentreSetting& setting,
                 const vigil::peers::Words& words,
                 vigil::Scheduler& scheduler) {
  const auto key = vigil::RandomKey(20261128).child(setting.name).child(setting.centres);
  const CentrePopulation population(
      CentreDesign(setting), words.count("population", 40000), key.child("population"));
  const auto results =
      vigil::test::coverage_of(words.count("replicates", 1000),
                               vigil::size_of(centre_rows),
                               key.child("centres"),
                               scheduler,
                               [&](const vigil::RandomKey& own, vigil::FitContext& context) {
                                 return centre_cases(population, centre_measures, own, context);
                               });
  for (std::size_t cell = 0; cell < centre_rows.size(); ++cell) {
    print_row(setting.name + " | " + vigil::number_text(setting.centres),
              centre_rows[cell],
              results[cell],
              Study::centres);
  }
}

Study study_of(const std::string& word) {
  if (word == "centres") {
    return Study::centres;
  }
  return word == "folds" ? Study::folds : Study::held_out;
}

/// Calls `run` for the settings whose numbers, from 1, are among `chosen`.
template <class Setting, class Run>
void for_chosen(const std::vector<Setting>& settings, const std::string& chosen, const Run& run) {
  char number = '1';
  for (const Setting& setting : settings) {
    if (chosen.find(number++) != std::string::npos) {
      run(setting);
    }
  }
}

} // namespace

int main(int count, char** arguments) {
  try {
    const vigil::peers::Words words(count, arguments);
    vigil::Scheduler scheduler(static_cast<int>(words.count("threads", 1)));
    const Study study = study_of(words.arguments() > 0 ? words.argument(0) : "held-out");
    std::cout << "| design | " << (study == Study::centres ? "centres" : "censored %")
              << " | measure | value | coverage % | below, above % | "
              << (study == Study::held_out ? "93.5 to 96.5" : "too short")
              << " | mean width | bias | SE / error | undefined % "
                 "|\n|---|---|---|---|---|---|---|---|---|---|---|"
              << std::endl;
    const std::string chosen = words.text("settings", "123456789");
    if (study == Study::centres) {
      for_chosen(vigil::test::centre_settings(), chosen, [&](const CentreSetting& setting) {
        run_centres(setting, words, scheduler);
      });
    } else {
      for_chosen(vigil::test::coverage_settings(), chosen, [&](const CoverageSetting& setting) {
        run_setting(setting, words, study == Study::folds, scheduler);
      });
    }
    return 0;
  } catch (const vigil::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
