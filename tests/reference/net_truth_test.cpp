// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/simulate/net/truth.hpp"

#include <gtest/gtest.h>

#include "tests/support/csv.hpp"
#include "tests/support/near.hpp"
#include <algorithm>
#include <cmath>
#include <map>

namespace vigil::simulate::net {
namespace {

using Row = std::map<std::string, double>;

/// 50 patients and their expectations by make_net_truth.R (R 4.2.2), 40,000 futures each.
std::vector<Row> reference_patients() {
  const auto records = test::read_csv(std::string(VIGIL_REFERENCE) + "/net_truth.csv");
  std::vector<Row> rows;
  for (std::size_t record = 1; record < records.size(); ++record) {
    Row row;
    for (std::size_t field = 0; field < records[record].size(); ++field) {
      EXPECT_TRUE(test::parse_number(records[record][field], row[records[0][field]]));
    }
    rows.push_back(row);
  }
  return rows;
}

Patient patient_of(const Row& row) {
  Patient patient;
  patient.subtype = static_cast<Index>(row.at("subtype")) - 1;
  patient.metastatic_axis = row.at("metastatic");
  patient.growth_axis = row.at("growing");
  patient.age = row.at("age");
  patient.male = row.at("male") == 1.0;
  patient.cci = row.at("cci");
  patient.bmi = row.at("bmi");
  patient.head = row.at("head") == 1.0;
  patient.size = row.at("size");
  patient.ki67 = row.at("ki67");
  patient.nodes = row.at("nodes") == 1.0;
  patient.duct_dilation = row.at("duct") == 1.0;
  patient.vessel = row.at("vessel") == 1.0 ? Vessel::abutment : Vessel::none;
  patient.growth = row.at("growth");
  patient.procedure = static_cast<Procedure>(static_cast<int>(row.at("procedure")) - 1);
  return patient;
}

/// Deviations of a simulation from another one in their own standard errors.
struct Deviations {
  double largest = 0.0, squares = 0.0, count = 0.0;

  void add(double found, double expected, double se) {
    const double z = (found - expected) / se;
    largest = std::max(largest, std::fabs(z));
    squares += z * z;
    count += 1.0;
  }
};

// Independent draws on both sides. The deviations of one patient are correlated over horizons: the bound on their mean
// square is that of 50 independent ones, 1 + 4 sqrt(2 / 50); the largest of 200 is beyond 4.5 in 1 of 700 sets.
TEST(NetTruth, AgreesWithAnIndependentSimulation) {
  Design design;
  design.replicates = 20000;
  design.truth_error = 1.0;
  const TruthLayout layout{.horizons = 4};
  Deviations balanced, averse, probability;
  const auto rows = reference_patients();
  ASSERT_EQ(rows.size(), 50U);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    Centre centre;
    centre.quality = row.at("quality");
    const PatientTruth truth =
        patient_truth(design, patient_of(row), centre, patient_key(1, static_cast<Index>(i)));
    const auto both = [&](double p) {
      return std::sqrt(p * (1.0 - p) * (1.0 / 20000.0 + 1.0 / 40000.0)) + 1e-5;
    };
    for (Index h = 0; h < 4; ++h) {
      const std::string at_h = "_" + std::to_string(static_cast<int>(design.horizons[at(h)]));
      const Expectation& cell = truth.expectation[at(layout.expectation(0, 1, h))];
      const double se = std::hypot(cell.difference_se, row.at("s" + at_h));
      balanced.add(cell.difference(), row.at("r" + at_h) - row.at("o" + at_h), se);
      const Expectation& other = truth.expectation[at(layout.expectation(0, 2, h))];
      averse.add(
          other.difference(), row.at("a" + at_h), se * other.difference_se / cell.difference_se);
      const Return& back = truth.returns[at(layout.returns(0, h))];
      probability.add(back.observed, row.at("m" + at_h), both(row.at("m" + at_h)));
      probability.add(back.resected, row.at("b" + at_h), both(row.at("b" + at_h)));
    }
    probability.add(truth.early_recurrence, row.at("e"), both(row.at("e")));
  }
  for (const Deviations& one : {balanced, averse, probability}) {
    EXPECT_LT(one.largest, 4.5);
    EXPECT_LT(one.squares / one.count, 1.0 + 4.0 * std::sqrt(2.0 / 50.0));
    EXPECT_GT(one.squares / one.count, 1.0 - 3.0 * std::sqrt(2.0 / 50.0));
  }
}

} // namespace
} // namespace vigil::simulate::net
