// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/support/dataset.hpp"
#include "tests/support/measure_case.hpp"
#include <cmath>
#include <string_view>
#include <vector>

namespace vigil::test {

/// The data preparation of tests/reference/reference_values.R: plain columns of one row per subject.

inline double logistic(double x) {
  return 1.0 / (1.0 + std::exp(-x));
}

/// Rows where `keep` holds, of one column.
inline std::vector<double> kept(const std::vector<double>& column, const std::vector<bool>& keep) {
  std::vector<double> result;
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (keep[row]) {
      result.push_back(column[row]);
    }
  }
  return result;
}

template <class Function>
std::vector<double> mapped(const std::vector<double>& column, const Function& function) {
  std::vector<double> result;
  for (const double value : column) {
    result.push_back(function(value));
  }
  return result;
}

/// "pbc[1:312]": the randomised patients of pbc; death is the event.
struct Pbc312 {
  std::vector<double> time, death, bili, albumin, age;

  Pbc312() {
    const Dataset data = read_dataset("pbc");
    std::vector<bool> keep;
    for (const double trt : data.numbers("trt")) {
      keep.push_back(!std::isnan(trt));
    }
    time = kept(data.numbers("time"), keep);
    death =
        mapped(kept(data.numbers("status"), keep), [](double s) { return s == 2.0 ? 1.0 : 0.0; });
    bili = kept(data.numbers("bili"), keep);
    albumin = kept(data.numbers("albumin"), keep);
    age = kept(data.numbers("age"), keep);
  }
  [[nodiscard]] std::vector<double> rule_a() const {
    return mapped(bili, [](double b) { return logistic(-2.2 + 1.1 * std::log(b)); });
  }
  [[nodiscard]] std::vector<double> rule_b() const {
    std::vector<double> risk;
    for (std::size_t i = 0; i < bili.size(); ++i) {
      risk.push_back(logistic(-2.0 + 1.0 * std::log(bili[i]) - 1.2 * (albumin[i] - 3.5)));
    }
    return risk;
  }
};

/// "mgus2 cc": patients with mspike, creat and hgb; 1 = plasma-cell malignancy, 2 = death before it. Months.
struct Mgus2Complete {
  std::vector<double> time, code, mspike;

  Mgus2Complete() {
    const Dataset data = read_dataset("mgus2");
    const auto spike = data.numbers("mspike"), creat = data.numbers("creat"),
               hgb = data.numbers("hgb"), futime = data.numbers("futime"),
               death = data.numbers("death"), ptime = data.numbers("ptime"),
               pstat = data.numbers("pstat");
    for (std::size_t i = 0; i < spike.size(); ++i) {
      if (std::isnan(spike[i]) || std::isnan(creat[i]) || std::isnan(hgb[i])) {
        continue;
      }
      time.push_back(pstat[i] == 0.0 ? futime[i] : ptime[i]);
      code.push_back(pstat[i] == 0.0 ? 2.0 * death[i] : 1.0);
      mspike.push_back(spike[i]);
    }
  }
  [[nodiscard]] std::vector<double> rule() const {
    return mapped(mspike, [](double m) { return logistic(-4.0 + 1.3 * m); });
  }
};

} // namespace vigil::test
