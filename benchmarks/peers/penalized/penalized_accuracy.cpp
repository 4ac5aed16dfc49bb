// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// penalized_accuracy PREFIX NAME=SOLUTION.. [--family cox] [--l1-ratio 1]
//
// How far each solution of a path is above the optimum, on the doubles of write_doubles, at every lambda of the longest path:
//
//   excess = (F - F*) / (F* - F_saturated),   F* the smallest objective of all solutions and of polish()
//
// Objectives are recomputed plainly in double from the sparse coefficients (tie-aware Breslow). Prints one JSON line.
#include "benchmarks/peers/peer_data.hpp"
#include "benchmarks/peers/penalized/reference_path.hpp"
#include <algorithm>
#include <cmath>
#include <iostream>

namespace {

using vigil::at;
using vigil::Index;
using vigil::size_of;
using vigil::peers::Coefficients;
using vigil::peers::Problem;

struct Solver {
  std::string name;
  vigil::peers::Solution solution = {};
  std::vector<Coefficients> point = {};                          ///< per standard deviation
  std::vector<double> excess = {}, objective = {}, nonzero = {}; ///< per point compared
  double worst_kkt = 0.0, lambda_difference = 0.0;

  [[nodiscard]] bool reaches(Index number) const { return size_of(solution.lambda) > number; }
  void record(const Problem& problem, const Coefficients& b) {
    objective.push_back(problem.objective(b));
    nonzero.push_back(static_cast<double>(b.size()));
    worst_kkt = std::max(worst_kkt, problem.kkt_violation(b));
  }
};

Solver read_solver(const std::string& text, const vigil::peers::StandardColumns& columns) {
  const auto middle = text.find('=');
  Solver solver{.name = text.substr(0, middle),
                .solution = vigil::peers::read_solution(text.substr(middle + 1))};
  solver.point.resize(solver.solution.lambda.size());
  for (Index entry = 0; entry < size_of(solver.solution.value); ++entry) {
    const Index feature = solver.solution.feature[at(entry)];
    solver.point[at(solver.solution.point[at(entry)])][feature] =
        solver.solution.value[at(entry)] * columns.scale(feature);
  }
  return solver;
}

double quantile(std::vector<double> values, double part) {
  if (values.empty()) {
    return std::nan("");
  }
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))];
}

/// Records the solutions of all solvers at one point; the solver with the smallest objective there.
const Solver& record_point(std::vector<Solver>& solvers, const Problem& problem, Index point) {
  const Solver* best = nullptr;
  for (Solver& solver : solvers) {
    if (!solver.reaches(point)) {
      continue;
    }
    solver.record(problem, solver.point[at(point)]);
    solver.lambda_difference =
        std::max(solver.lambda_difference,
                 std::fabs(solver.solution.lambda[at(point)] / problem.lambda - 1.0));
    if (best == nullptr || solver.objective.back() < best->objective.back()) {
      best = &solver;
    }
  }
  VIGIL_EXPECTS(best != nullptr);
  return *best;
}

/// Fills the excess of all solvers and of the reference, which starts from the better of the best solution at a
/// lambda and the reference at the last one.
Solver compare(std::vector<Solver>& solvers,
               const vigil::peers::PlainLoss& loss,
               const vigil::peers::StandardColumns& columns,
               double l1_ratio) {
  Solver reference{.name = "reference"};
  const auto longest =
      std::max_element(solvers.begin(), solvers.end(), [](const Solver& a, const Solver& b) {
        return a.solution.lambda.size() < b.solution.lambda.size();
      });
  const std::vector<double> lambdas = longest->solution.lambda;
  Coefficients last;
  for (Index point = 0; point < size_of(lambdas); ++point) {
    const Problem problem{loss, columns, lambdas[at(point)], l1_ratio};
    const Solver& best = record_point(solvers, problem, point);
    const bool last_is_better = problem.objective(last) < best.objective.back();
    last = polish(problem, last_is_better ? last : best.point[at(point)]);
    reference.record(problem, last);
    const double optimum = std::min(best.objective.back(), reference.objective.back());
    const double unit = optimum - loss.saturated();
    reference.excess.push_back((reference.objective.back() - optimum) / unit);
    for (Solver& solver : solvers) {
      if (solver.reaches(point)) {
        solver.excess.push_back((solver.objective.back() - optimum) / unit);
      }
    }
  }
  return reference;
}

void print(const std::vector<Solver>& solvers) {
  std::string text;
  for (const Solver& solver : solvers) {
    text += (text.empty() ? "{\"" : ",\"") + solver.name + "\":" +
            vigil::peers::JsonLine()
                .add("points", size_of(solver.excess))
                .add("largest_excess", quantile(solver.excess, 1.0))
                .add("median_excess", quantile(solver.excess, 0.5))
                .add("worst_kkt", solver.worst_kkt)
                .add("lambda_difference", solver.lambda_difference)
                .add("nonzero", std::span<const double>(solver.nonzero))
                .add("excess", std::span<const double>(solver.excess))
                .text();
  }
  std::cout << text << "}\n";
}

void run(const vigil::peers::Words& words) {
  const std::string& prefix = words.argument(0);
  const auto loss = vigil::peers::plain_loss(words.text("family", "cox"), prefix);
  const Index subjects = size_of(vigil::peers::read_doubles(prefix + ".time.f64"));
  const vigil::peers::StandardColumns columns(vigil::peers::read_doubles(prefix + ".x.f64"),
                                              subjects);
  std::vector<Solver> solvers{read_solver(words.argument(1), columns)};
  for (Index number = 2; number < words.arguments(); ++number) {
    solvers.push_back(read_solver(words.argument(number), columns));
  }
  solvers.push_back(compare(solvers, *loss, columns, words.number("l1-ratio", 1.0)));
  print(solvers);
}

} // namespace

int main(int count, char** words) {
  try {
    run(vigil::peers::Words(count, words));
    return 0;
  } catch (const std::exception& failure) {
    std::cerr << failure.what() << '\n';
    return 1;
  }
}
