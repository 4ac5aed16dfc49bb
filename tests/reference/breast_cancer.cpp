// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/reference/breast_cancer.hpp"

#include "tests/support/dataset.hpp"
#include <cstdint>
#include <string>

namespace vigil::test {
namespace {

std::vector<double>
keep(const std::vector<double>& values, const std::vector<double>& nodes, bool node_positive) {
  std::vector<double> kept;
  for (Index i = 0; i < size_of(values); ++i) {
    if (!node_positive || nodes[at(i)] > 0.0) {
      kept.push_back(values[at(i)]);
    }
  }
  return kept;
}

SurvivalOutcome outcome_of(const BreastCancer& cohort) {
  SurvivalOutcome outcome{.entry = {}, .time = cohort.time, .event = {}};
  for (const double event : cohort.event) {
    outcome.event.push_back(event > 0.0 ? std::uint8_t{1} : std::uint8_t{0});
  }
  return outcome;
}

} // namespace

double BreastCancer::events() const {
  double sum = 0.0;
  for (const double value : event) {
    sum += value;
  }
  return sum;
}

BreastCancer read_breast_cancer(std::string_view name, bool node_positive, double days) {
  const Dataset data = read_dataset("rotterdam_gbsg/" + std::string(name));
  const std::vector<double> nodes = data.numbers("nodes");
  const auto column = [&](std::string_view label) {
    return keep(data.numbers(label), nodes, node_positive);
  };
  const auto size_class = [&](std::string_view label) {
    return keep(data.indicator("size", label), nodes, node_positive);
  };
  BreastCancer cohort{.time = column("rfs_days"),
                      .event = column("rfs"),
                      .age = column("age"),
                      .meno = column("meno"),
                      .size_20_50 = size_class("20-50"),
                      .size_above_50 = size_class(">50"),
                      .grade = column("grade"),
                      .nodes = column("nodes"),
                      .er = column("er"),
                      .hormon = column("hormon")};
  for (Index i = 0; i < cohort.subjects(); ++i) {
    if (cohort.time[at(i)] > days) {
      cohort.time[at(i)] = days;
      cohort.event[at(i)] = 0.0;
    }
  }
  return cohort;
}

std::vector<double> flat(const Design& design) {
  std::vector<double> columns;
  for (const std::vector<double>& column : design) {
    columns.insert(columns.end(), column.begin(), column.end());
  }
  return columns;
}

std::vector<double> row_of(const Design& design, Index subject) {
  std::vector<double> row;
  for (const std::vector<double>& column : design) {
    row.push_back(column[at(subject)]);
  }
  return row;
}

CoxAnalysis::CoxAnalysis(const BreastCancer& cohort,
                         const Design& design,
                         survival::Ties ties,
                         const survival::CoxFitOptions& options)
    : columns(flat(design)),
      likelihood(outcome_of(cohort), CaseWeights::ones(cohort.subjects()), {}, {}, ties),
      fit(survival::fit_cox(likelihood, columns, options)) {}

std::vector<double> linear_predictor(const Design& design, std::span<const double> coefficient) {
  std::vector<double> sum(design.front().size(), 0.0);
  for (Index k = 0; k < size_of(design); ++k) {
    for (Index i = 0; i < size_of(sum); ++i) {
      sum[at(i)] += coefficient[at(k)] * design[at(k)][at(i)];
    }
  }
  return sum;
}

} // namespace vigil::test
