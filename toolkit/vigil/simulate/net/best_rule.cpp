// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/simulate/net/best_rule.hpp"

#include "vigil/base/text.hpp"
#include "vigil/numeric/factor.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::simulate::net {

namespace {

constexpr Index patients_per_column = 10;

double one_if(bool condition) {
  return condition ? 1.0 : 0.0;
}

/// Means of the known values, which stand for the missing ones.
struct KnownMeans {
  double log_ki67 = 0.0, duct = 0.0, nodes = 0.0;
};

double log_eus(const Patient& patient) {
  return std::log(patient.ki67_eus / 2.0);
}

KnownMeans known_means(const Cohort& cohort) {
  KnownMeans total, count;
  for (Index i = 0; i < cohort.subjects(); ++i) {
    const Patient& patient = cohort.patients[at(i)];
    const Missing& missing = cohort.missing[at(i)];
    const auto add = [](double& sum, double& known, bool absent, double value) {
      sum += absent ? 0.0 : value;
      known += absent ? 0.0 : 1.0;
    };
    add(total.log_ki67, count.log_ki67, missing.eus, log_eus(patient));
    add(total.duct, count.duct, missing.duct, one_if(patient.duct_dilation));
    add(total.nodes, count.nodes, missing.imaging_nodes, one_if(patient.imaging_nodes));
  }
  const auto mean = [](double sum, double known) { return known > 0.0 ? sum / known : 0.0; };
  return {mean(total.log_ki67, count.log_ki67),
          mean(total.duct, count.duct),
          mean(total.nodes, count.nodes)};
}

std::vector<double>
clinical_columns(const Patient& patient, const Missing& missing, const KnownMeans& means) {
  const double ls = patient.log_size();
  const double lk = missing.eus ? means.log_ki67 : log_eus(patient);
  const double older = (patient.age - 60.0) / 10.0;
  return {1.0,
          ls,
          ls * ls,
          lk,
          ls * lk,
          missing.imaging_nodes ? means.nodes : one_if(patient.imaging_nodes),
          missing.duct ? means.duct : one_if(patient.duct_dilation),
          older,
          older * ls,
          patient.cci,
          one_if(patient.head),
          one_if(patient.symptoms),
          one_if(patient.male),
          (patient.bmi - 26.5) / 5.0,
          one_if(patient.functioning),
          one_if(missing.eus),
          one_if(missing.duct),
          one_if(missing.imaging_nodes)};
}

void add_molecular(std::vector<double>& row, const Patient& patient, const Missing& missing) {
  const double known = one_if(!missing.molecular);
  const double ls = patient.log_size(), older = (patient.age - 60.0) / 10.0;
  row.push_back(known);
  for (const double subtype : {one_if(patient.subtype == 1), one_if(patient.subtype == 2)}) {
    row.insert(row.end(), {known * subtype, known * subtype * ls, known * subtype * older});
  }
  for (const double axis : {patient.metastatic_axis, patient.growth_axis}) {
    row.insert(row.end(), {known * axis, known * axis * ls});
  }
}

double target(const PatientTruth& truth, Index cell, bool first_half) {
  const Expectation& expectation = truth.expectation[at(cell)];
  return first_half ? expectation.resect.first - expectation.observe.first
                    : expectation.resect.second - expectation.observe.second;
}

} // namespace

std::string_view name_of(Observable observable) noexcept {
  return observable == Observable::clinical ? "clinical" : "molecular";
}

ObservableRules::ObservableRules(const Cohort& cohort, Observable observable)
    : patients_(cohort.subjects()) {
  const KnownMeans means = known_means(cohort);
  for (Index i = 0; i < patients_; ++i) {
    const Patient& patient = cohort.patients[at(i)];
    const Missing& missing = cohort.missing[at(i)];
    std::vector<double> row = clinical_columns(patient, missing, means);
    if (observable == Observable::molecular) {
      add_molecular(row, patient, missing);
    }
    columns_ = size_of(row);
    values_.insert(values_.end(), row.begin(), row.end());
    trains_.push_back(!patient.functioning);
  }
}

std::vector<double> ObservableRules::fit(std::span<const PatientTruth> truth,
                                         Index cell,
                                         Index fold,
                                         bool first_half) const {
  const Index k = columns_;
  std::vector<double> squares(at(k * k), 0.0), products(at(k), 0.0);
  for (Index patient = 1 - fold; patient < patients_; patient += 2) {
    if (!trains_[at(patient)]) {
      continue;
    }
    const double* row = values_.data() + patient * k;
    const double wanted = target(truth[at(patient)], cell, first_half);
    for (Index left = 0; left < k; ++left) {
      products[at(left)] += row[left] * wanted;
      for (Index right = 0; right <= left; ++right) {
        squares[at(right * k + left)] += row[left] * row[right];
      }
    }
  }
  CholeskyFactor(squares, k, 1e-9).solve(products);
  return products;
}

double ObservableRules::predicted(std::span<const double> coefficients, Index patient) const {
  const double* row = values_.data() + patient * columns_;
  double total = 0.0;
  for (Index column = 0; column < columns_; ++column) {
    total += row[column] * coefficients[at(column)];
  }
  return total;
}

ObservableRule ObservableRules::learn(std::span<const PatientTruth> truth, Index cell) const {
  const Index training = std::count(trains_.begin(), trains_.end(), true) / 2;
  if (training < patients_per_column * columns_) {
    return {.undefined_because = number_text(training) + " training patients for " +
                                 number_text(columns_) + " columns; at least " +
                                 number_text(patients_per_column * columns_) + " needed"};
  }
  ObservableRule rule{.difference = std::vector<Halves>(at(patients_))};
  for (const Index fold : {Index{0}, Index{1}}) {
    const auto first = fit(truth, cell, fold, true), second = fit(truth, cell, fold, false);
    for (Index patient = fold; patient < patients_; patient += 2) {
      rule.difference[at(patient)] = {predicted(first, patient), predicted(second, patient)};
    }
  }
  return rule;
}

} // namespace vigil::simulate::net
