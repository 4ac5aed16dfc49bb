// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/vigil/path_request.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/report/write_file.hpp"
#include "vigil/storage/table_file.hpp"
#include "vigil/version.hpp"

#include "apps/vigil/filter_request.hpp"
#include "apps/vigil/group_request.hpp"
#include "apps/vigil/penalty_request.hpp"
#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>

namespace vigil::app {

namespace {

constexpr std::array path_option_table{
    OptionSpec{"l1-ratio", "R", "1 = lasso (default), 0 = ridge"},
    OptionSpec{"lambdas", "N", "points of the grid (default 100)"},
    OptionSpec{
        "lambda-min-ratio", "R", "smallest lambda / largest (default 0.01 when p > n, else 1e-4)"},
    OptionSpec{"lambda-file", "F", "one lambda per line, in any order"},
    OptionSpec{"ties", "breslow|efron", "tied event times (default breslow)"},
    OptionSpec{"penalty-factor",
               "FILE",
               "table: feature, factor (inf leaves it out); features not named have 1 (clinical "
               "columns 0)"},
    OptionSpec{"penalty",
               "NAME",
               "elastic-net (default), mcp, scad, group, sparse-group, or adaptive: factors 1 / "
               "|coefficient| of a cross-validated pilot"},
    OptionSpec{"gamma", "G", "where the slope of mcp, scad reaches zero (default 3, 3.7)"},
    OptionSpec{"groups", "FILE", "table: feature, group; features not named have the lasso's term"},
    OptionSpec{"within-group-share",
               "M",
               "of sparse-group: share of the lasso in its l1 part, 0 to below 1 (default 0.5)"},
    OptionSpec{
        "lower",
        "L|FILE",
        "smallest coefficient per raw unit, 0 or less: one number for penalized features, or "
        "a table: feature, lower"},
    OptionSpec{"upper", "U|FILE", "largest one, 0 or more, in the same way: feature, upper"},
    OptionSpec{"relax", "", "unpenalized fits of each point's columns too; cv: mixtures of both"},
};

std::vector<double> read_lambdas(const std::string& name) {
  std::ifstream file(name);
  std::vector<double> lambdas;
  std::string line;
  for (Index number = 1; std::getline(file, line); ++number) {
    const auto text = trim(line);
    if (text.empty()) {
      continue;
    }
    const auto value = parse_number(text);
    if (!value || !(*value > 0.0)) {
      throw InputError({.where = name + ":" + number_text(number),
                        .found = quoted(text),
                        .expected = "a lambda > 0",
                        .remedy = "write one number per line"});
    }
    lambdas.push_back(*value);
  }
  if (lambdas.empty()) {
    throw InputError({.where = name,
                      .found = "no lambda",
                      .expected = "one number per line",
                      .remedy = "check the file"});
  }
  return lambdas;
}

std::vector<double> read_factors(const std::string& name, const Cohort& cohort) {
  const auto table = storage::read_table(name);
  const auto values = table.numbers("factor");
  const auto covariates = cohort.covariates();
  std::vector<double> factors;
  for (Index column = 0; column < covariates.columns(); ++column) {
    factors.push_back(covariates.info(column).penalized ? 1.0 : 0.0);
  }
  const auto columns = find_columns(covariates, table.index());
  for (std::size_t row = 0; row < columns.size(); ++row) {
    factors[at(columns[row])] = values[row];
  }
  return factors;
}

} // namespace

std::span<const OptionSpec> path_options() noexcept {
  return path_option_table;
}

PathInput path_input(const Options& options, const Cohort& cohort) {
  PathInput input;
  input.penalty.l1_ratio = options.number("l1_ratio").value_or(1.0);
  if (!(input.penalty.l1_ratio >= 0.0 && input.penalty.l1_ratio <= 1.0)) {
    options.refuse("l1_ratio", "a number from 0 to 1");
  }
  if (options.has("ties") && cohort.has_outcome() && !has_times(*cohort.parts().outcome)) {
    options.refuse("ties", "an outcome with event times, which can be tied", "drop --ties");
  }
  input.penalty.ties =
      *survival::parse_ties(options.choice("ties", {"breslow", "efron"}, "breslow"));
  input.grid.points = options.count("lambdas").value_or(input.grid.points);
  input.grid.smallest_fraction = options.number("lambda_min_ratio").value_or(0.0);
  if (const auto file = options.text("lambda_file")) {
    input.grid.values = read_lambdas(*file);
  }
  if (const auto file = options.text("penalty_factor")) {
    input.penalty.factor = read_factors(*file, cohort);
  }
  input.penalty_name = read_penalty(options, cohort, input.penalty);
  input.adaptive = input.penalty_name == "adaptive";
  read_groups(options, input.penalty_name, cohort, input.penalty);
  input.relax = options.flag("relax").value_or(false);
  if (input.penalty.l1_ratio == 0.0 && (input.adaptive || input.relax)) {
    options.refuse(input.adaptive ? "penalty" : "relax",
                   "an l1_ratio above 0: the ridge leaves no feature out",
                   "raise --l1-ratio or drop this option");
  }
  return input;
}

std::vector<Index> report_order(const penalized::PathFit& path, const PathInput& input) {
  std::vector<Index> order;
  if (input.grid.values.empty()) {
    order.resize(at(path.points()));
    std::iota(order.begin(), order.end(), Index{0});
    return order;
  }
  for (const double lambda : input.grid.values) {
    const auto place = std::find(path.lambda.begin(), path.lambda.end(), lambda);
    if (place != path.lambda.end()) {
      order.push_back(place - path.lambda.begin());
    }
  }
  return order;
}

void write_path(const penalized::PathFit& path,
                const PathInput& input,
                const Covariates& covariates,
                const std::filesystem::path& folder) {
  std::vector<Index> index, nonzero, iterations, point_of;
  std::vector<double> lambda, deviance, objective, violation, lambda_of, coefficient;
  std::vector<std::string> status, feature;
  for (const Index point : report_order(path, input)) {
    index.push_back(size_of(index) + 1);
    lambda.push_back(path.lambda[at(point)]);
    nonzero.push_back(path.nonzero[at(point)]);
    deviance.push_back(path.deviance_explained[at(point)]);
    objective.push_back(path.objective[at(point)]);
    violation.push_back(path.kkt_violation[at(point)]);
    status.emplace_back(name_of(path.status[at(point)]));
    iterations.push_back(path.iterations[at(point)]);
    const auto features = path.coefficients.features_at(point);
    const auto values = path.coefficients.values_at(point);
    const auto add = [&](const std::string& name, double value) {
      point_of.push_back(index.back());
      lambda_of.push_back(lambda.back());
      feature.push_back(name);
      coefficient.push_back(value);
    };
    if (!path.intercept.empty()) {
      add("(intercept)", path.intercept[at(point)]);
    }
    for (std::size_t place = 0; place < features.size(); ++place) {
      add(covariates.info(features[place]).name, values[place]);
    }
  }
  const std::vector<storage::TableColumn> points{{"index", index},
                                                 {"lambda", lambda},
                                                 {"nonzero", nonzero},
                                                 {"deviance_explained", deviance},
                                                 {"objective", objective},
                                                 {"kkt_violation", violation},
                                                 {"status", status},
                                                 {"iterations", iterations}};
  storage::write_table(folder / "path.tsv", points);
  const std::vector<storage::TableColumn> coefficients{{"index", point_of},
                                                       {"lambda", lambda_of},
                                                       {"feature", feature},
                                                       {"coefficient", coefficient}};
  storage::write_table(folder / "coefficients.tsv", coefficients);
}

double worst_kkt_violation(const penalized::PathFit& path) {
  return path.kkt_violation.empty()
             ? 0.0
             : *std::max_element(path.kkt_violation.begin(), path.kkt_violation.end());
}

namespace {

template <class Value>
nlohmann::ordered_json or_null(const std::optional<Value>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

nlohmann::ordered_json relaxed_json(const RelaxedSummary& relaxed, bool chosen) {
  nlohmann::ordered_json out;
  out["points"] = relaxed.points;
  out["ended_because"] = relaxed.ended_because;
  if (chosen) {
    out["gamma_min"] = or_null(relaxed.gamma_min);
    out["lambda_min"] = or_null(relaxed.lambda_min);
    out["nonzero"] = or_null(relaxed.nonzero);
  }
  return out;
}

nlohmann::ordered_json pilot_summary(const penalized::Pilot& pilot) {
  nlohmann::ordered_json out;
  out["lambda"] =
      pilot.undefined() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(pilot.lambda);
  out["nonzero"] = size_of(pilot.feature);
  out["undefined_because"] = pilot.undefined_because;
  return out;
}

} // namespace

void write_path_summary(const penalized::PathFit& path,
                        const PathInput& input,
                        const Cohort& cohort,
                        const std::optional<CvSummary>& cv,
                        const std::filesystem::path& folder) {
  nlohmann::ordered_json out;
  out["intended_use"] = intended_use;
  out["vigil"] = version;
  out["file"] = cohort.parts().file_name;
  out["sha256"] = cohort.provenance().file_digest;
  out["subjects"] = cohort.subjects();
  const Outcome& outcome = *cohort.parts().outcome;
  const bool times = has_times(outcome);
  const bool events = times || std::holds_alternative<BinaryOutcome>(outcome);
  out["family"] = times ? "cox" : name_of(outcome);
  out["events"] =
      events ? nlohmann::ordered_json(cohort.events()) : nlohmann::ordered_json(nullptr);
  out["columns"] = cohort.covariates().columns();
  out["penalty"] = input.penalty_name;
  if (input.pilot) {
    out["pilot"] = pilot_summary(*input.pilot);
  }
  const penalized::PenaltyShape shape = input.penalty.shape();
  out["within_group_share"] = input.penalty.group.empty()
                                  ? nlohmann::ordered_json(nullptr)
                                  : nlohmann::ordered_json(input.penalty.within_group_share);
  out["l1_ratio"] = input.penalty.l1_ratio;
  out["gamma"] =
      shape.concave() ? nlohmann::ordered_json(shape.gamma) : nlohmann::ordered_json(nullptr);
  out["ties"] = times ? nlohmann::ordered_json(survival::name_of(input.penalty.ties))
                      : nlohmann::ordered_json(nullptr);
  if (!input.combat.empty()) {
    out["combat"] = nlohmann::ordered_json::parse(input.combat);
  }
  if (!input.cuts.empty()) {
    out["choose_cut"] = nlohmann::ordered_json::parse(input.cuts);
  }
  out["points"] = path.points();
  out["largest_lambda"] = path.largest_lambda;
  out["undefined"] = path.undefined;
  out["worst_kkt_violation"] = worst_kkt_violation(path);
  if (cv) {
    out["loss"] = cv->loss;
    out["horizon"] = cv->horizon; // null where there is none
    out["filter"] = nlohmann::ordered_json::parse(filter_json(input.filter));
    out["seed"] = cv->seed;
    out["lambda_min"] = or_null(cv->lambda_min);
    out["lambda_1se"] = or_null(cv->lambda_1se);
    out["stopped_at"] = or_null(cv->stopped_at);
    out["undefined_because"] = cv->undefined_because;
  }
  if (input.relaxed) {
    out["relaxed"] = relaxed_json(*input.relaxed, cv.has_value());
  }
  report::write_file(folder / "summary.json", out.dump(2) + "\n");
}

} // namespace vigil::app
