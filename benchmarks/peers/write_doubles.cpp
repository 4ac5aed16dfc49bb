// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// write_doubles COHORT.h5ad PREFIX
//
// The numbers that vigil sees, for programs that cannot read an .h5ad: PREFIX.x.f64 (raw doubles, one feature after
// another), PREFIX.time.f64, PREFIX.event.f64, PREFIX.gaussian.f64, PREFIX.binomial.f64 (see outcome_of) and
// PREFIX.dim (subjects, features). A marker's double is its offset plus the float32 in memory, so that both sides
// solve the same problem to the last bit. Missing values are refused.
#include "vigil/base/error.hpp"
#include "vigil/learn/preparation.hpp"

#include "benchmarks/peers/peer_data.hpp"
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <numeric>

namespace {

using vigil::Index;

void write_features(const vigil::Covariates& covariates,
                    const std::string& file,
                    vigil::Scheduler& scheduler) {
  constexpr Index at_once = 1000;
  std::filesystem::remove(file);
  for (Index first = 0; first < covariates.columns(); first += at_once) {
    std::vector<Index> listed(vigil::at(std::min(at_once, covariates.columns() - first)));
    std::iota(listed.begin(), listed.end(), first);
    const auto values = vigil::raw_columns(covariates, listed, scheduler);
    if (std::any_of(values.begin(), values.end(), [](double x) { return std::isnan(x); })) {
      throw vigil::InputError({.where = file,
                               .found = "missing values",
                               .expected = "a complete matrix",
                               .remedy = "choose another cohort: peers do not impute"});
    }
    vigil::peers::append_doubles(file, values);
  }
}

void write_numbers(std::span<const double> values, const std::string& file) {
  std::filesystem::remove(file);
  vigil::peers::append_doubles(file, values);
}

void write_all(const std::string& cohort, const std::string& prefix) {
  vigil::Scheduler scheduler(1);
  const auto read = vigil::peers::read_peer_cohort(cohort, scheduler);
  const auto survival = std::get<vigil::SurvivalOutcome>(vigil::peers::outcome_of(read, "cox"));
  const auto gaussian =
      std::get<vigil::ContinuousOutcome>(vigil::peers::outcome_of(read, "gaussian"));
  const auto binomial = std::get<vigil::BinaryOutcome>(vigil::peers::outcome_of(read, "binomial"));
  write_numbers(survival.time, prefix + ".time.f64");
  write_numbers(std::vector<double>(survival.event.begin(), survival.event.end()),
                prefix + ".event.f64");
  write_numbers(gaussian.value, prefix + ".gaussian.f64");
  write_numbers(std::vector<double>(binomial.label.begin(), binomial.label.end()),
                prefix + ".binomial.f64");
  const auto covariates = read.covariates();
  write_features(covariates, prefix + ".x.f64", scheduler);
  std::ofstream(prefix + ".dim") << covariates.subjects() << ' ' << covariates.columns() << '\n';
}

} // namespace

int main(int count, char** words) {
  try {
    const vigil::peers::Words line(count, words);
    write_all(line.argument(0), line.argument(1));
    return 0;
  } catch (const std::exception& failure) {
    std::cerr << failure.what() << '\n';
    return 1;
  }
}
