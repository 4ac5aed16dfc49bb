// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// machine_limits: what one core can do, for the floors of the tables. One JSON line:
//   read_gb_s      sequential read of 1 GiB of floats (best of 5)
//   gflops         symmetric product of 1000 columns of 2000 rows by OpenBLAS, half of the flops counted (best of 5)
//   small_gflops   pairs of triangular solves of order 350, in cache (best of 5)
#include "vigil/numeric/blas.hpp"
#include "vigil/numeric/cross_products.hpp"
#include "vigil/numeric/factor.hpp"
#include "vigil/parallel/scheduler.hpp"

#include "benchmarks/peers/peer_data.hpp"
#include <algorithm>
#include <array>
#include <iostream>

namespace {

using vigil::Index;
using vigil::peers::seconds_of;

/// Eight independent sums of eight lanes: bound by memory, not by the latency of an addition.
float sum_of(std::span<const float> values) {
  std::array<float, 64> lanes{};
  for (std::size_t first = 0; first + 64 <= values.size(); first += 64) {
    for (std::size_t lane = 0; lane < 64; ++lane) {
      lanes[lane] += values[first + lane];
    }
  }
  float total = 0.0F;
  for (const float lane : lanes) {
    total += lane;
  }
  return total;
}

double best_of_five(const auto& work) {
  double best = 1e30;
  for (int repeat = 0; repeat < 5; ++repeat) {
    best = std::min(best, seconds_of(work));
  }
  return best;
}

double read_rate() {
  const std::vector<float> values(std::size_t{1} << 28, 0.5F);
  float total = 0.0F;
  const double seconds = best_of_five([&] { total += sum_of(values); });
  return total > 0.0F ? static_cast<double>(values.size() * sizeof(float)) / seconds * 1e-9 : 0.0;
}

std::vector<double> columns_of(Index rows, Index columns) {
  std::vector<double> values(vigil::at(rows * columns));
  for (std::size_t place = 0; place < values.size(); ++place) {
    values[place] = static_cast<double>(place * 7919 % 1009) / 1009.0 - 0.5;
  }
  return values;
}

double product_rate() {
  constexpr Index rows = 2000, order = 1000;
  const auto columns = columns_of(rows, order);
  std::vector<double> out(vigil::at(order * order), 0.0);
  const double seconds = best_of_five([&] { vigil::add_cross_products(columns, rows, 1.0, out); });
  return out[0] > 0.0 ? static_cast<double>(rows * order * order) / seconds * 1e-9 : 0.0;
}

double solve_rate() {
  constexpr Index order = 350, solves = 200;
  const auto columns = columns_of(2 * order, order);
  std::vector<double> matrix(vigil::at(order * order), 0.0);
  vigil::add_cross_products(columns, 2 * order, 1.0, matrix);
  const vigil::CholeskyFactor factor(matrix, order, 1e-12);
  std::vector<double> values(vigil::at(order), 1.0);
  const double seconds = best_of_five([&] {
    for (Index solve = 0; solve < solves; ++solve) {
      std::fill(values.begin(), values.end(), 1.0);
      factor.solve(values);
    }
  });
  return static_cast<double>(2 * order * order * solves) / seconds * 1e-9;
}

} // namespace

int main(int /*count*/, char** words) {
  vigil::restart_with_better_blas(words); // as the program does
  const vigil::SerialBlas serial;
  std::cout << vigil::peers::JsonLine()
                   .add("read_gb_s", read_rate())
                   .add("gflops", product_rate())
                   .add("small_gflops", solve_rate())
                   .add("blas", vigil::blas_description())
                   .add("blas_core", vigil::blas_core())
                   .text()
            << '\n';
  return 0;
}
