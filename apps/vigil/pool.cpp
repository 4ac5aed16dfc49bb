// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/numeric/tail.hpp"
#include "vigil/storage/table_file.hpp"
#include "vigil/validate/adequate.hpp"
#include "vigil/validate/centre_pooling.hpp"
#include "vigil/validate/intervals.hpp"

#include "apps/vigil/verbs.hpp"
#include <array>
#include <cmath>
#include <limits>

namespace vigil::app {

namespace {

using measure::IntervalScale;

constexpr double not_available = std::numeric_limits<double>::quiet_NaN();

struct PoolRequest {
  std::string scale, method;
  IntervalScale on = IntervalScale::identity;
  BetweenVariance between = BetweenVariance::restricted_likelihood;
  double level = 0.95;
  ValueRange adequate = {}; ///< limits of what would do, on the estimates' own scale
};

/// What a new one is held against: --adequate-from, --adequate-to.
ValueRange adequate_range(const Options& options, IntervalScale scale) {
  ValueRange range;
  range.from = options.number("adequate_from").value_or(range.from);
  range.to = options.number("adequate_to").value_or(range.to);
  for (const char* name : {"adequate_from", "adequate_to"}) {
    if (options.has(name) && !std::isfinite(to_scale(*options.number(name), scale))) {
      options.refuse(name, "a value inside the scale of --scale");
    }
  }
  if (!(range.from < range.to)) {
    options.refuse("adequate_to", "more than --adequate-from");
  }
  return range;
}

PoolRequest pool_request(const Options& options) {
  PoolRequest request{
      .scale = options.choice("scale", {"identity", "logit", "log"}, "identity"),
      .method = options.choice("method", {"reml", "dersimonian-laird", "paule-mandel"}, "reml"),
      .level = options.number("level").value_or(0.95)};
  request.on = request.scale == "logit" ? IntervalScale::logit
               : request.scale == "log" ? IntervalScale::log
                                        : IntervalScale::identity;
  request.between = request.method == "dersimonian-laird" ? BetweenVariance::dersimonian_laird
                    : request.method == "paule-mandel"    ? BetweenVariance::paule_mandel
                                                          : BetweenVariance::restricted_likelihood;
  if (!(request.level > 0.0 && request.level < 1.0)) {
    options.refuse("level", "a number between 0 and 1");
  }
  request.adequate = adequate_range(options, request.on);
  return request;
}

/// One estimate of a place, on its own scale and on that of the pooling.
struct Studies {
  std::vector<std::string> name = {};
  std::vector<double> estimate = {}, scaled = {}, variance = {};
};

/// Where `se` is missing the limits give it: half of their distance on the scale, over the normal quantile.
Studies read_studies(const Options& options, const std::string& file, const PoolRequest& request) {
  const auto table = storage::read_table(file);
  const std::string column = options.text("estimate").value_or("estimate");
  Studies studies{.name = table.index(), .estimate = table.numbers(column)};
  const auto optional_numbers = [&table](const char* name) {
    return table.has(name) ? table.numbers(name)
                           : std::vector<double>(at(table.rows()), not_available);
  };
  const auto se = optional_numbers("se"), lower = optional_numbers("lower"),
             upper = optional_numbers("upper");
  const double z = normal_quantile(0.5 + 0.5 * request.level);
  FaultList faults;
  for (std::size_t row = 0; row < studies.name.size(); ++row) {
    const double value = studies.estimate[row];
    const double scaled = to_scale(value, request.on);
    const double own =
        se[row] == se[row]
            ? se[row] * scale_slope(value, request.on)
            : (to_scale(upper[row], request.on) - to_scale(lower[row], request.on)) / (2.0 * z);
    if (!std::isfinite(scaled) || !(own > 0.0) || !std::isfinite(own)) {
      faults.add(file + ", " + table.row_name(static_cast<Index>(row)),
                 column + " " + number_text(value) + ", se " + number_text(se[row]) + ", limits " +
                     number_text(lower[row]) + " and " + number_text(upper[row]));
    }
    studies.scaled.push_back(scaled);
    studies.variance.push_back(own * own);
  }
  faults.raise_if_any("an estimate cannot be pooled",
                      "estimates within the scale '" + request.scale +
                          "', with se > 0 or with lower < upper",
                      "correct the table, or leave the row out");
  if (studies.name.size() < 2) {
    throw InputError({.where = file,
                      .found = number_text(table.rows()) + " estimates",
                      .expected = "at least two",
                      .remedy = "a row for each centre or study",
                      .problem = "nothing to pool"});
  }
  return studies;
}

void write_weights(const Studies& studies,
                   const CentrePooling& pooled,
                   const std::filesystem::path& folder) {
  std::vector<double> se, weight;
  double total = 0.0;
  for (const double variance : studies.variance) {
    se.push_back(std::sqrt(variance));
    weight.push_back(1.0 / (variance + pooled.tau2));
    total += weight.back();
  }
  for (double& one : weight) {
    one /= total;
  }
  const std::vector<storage::TableColumn> columns{{"name", studies.name},
                                                  {"estimate", studies.estimate},
                                                  {"scaled", studies.scaled},
                                                  {"scaled_se", se},
                                                  {"weight", weight}};
  storage::write_table(folder / "weights.tsv", columns);
}

constexpr Index fewest_estimates = 5; ///< for what a new one may be, as in studies

/// How probable an adequate new one is, or why that is not said; neither where it was not asked for.
struct Adequate {
  double probability = not_available;
  std::string because = {};
};

Adequate adequate_new_one(const PoolRequest& request, const CentrePooling& pooled) {
  if (std::isinf(request.adequate.from) && std::isinf(request.adequate.to)) {
    return {};
  }
  if (pooled.centres < fewest_estimates) {
    return {.because = "fewer than " + number_text(fewest_estimates) +
                       " estimates: no probability for a new one"};
  }
  const double probability = adequate_probability(pooled, to_scale(request.adequate, request.on));
  return {.probability = probability,
          .because = std::isnan(probability) ? "equal estimates say nothing of a new one" : ""};
}

void write_pooled(const PoolRequest& request,
                  const CentrePooling& pooled,
                  const Adequate& adequate,
                  const std::filesystem::path& folder) {
  const auto back = [&request](double value) {
    return std::vector<double>{from_scale(value, request.on)};
  };
  const auto one = [](double value) { return std::vector<double>{value}; };
  const auto limit = [&one](double value) {
    return one(std::isinf(value) ? not_available : value);
  };
  const std::vector<storage::TableColumn> columns{
      {"scale", std::vector<std::string>{request.scale}},
      {"method", std::vector<std::string>{request.method}},
      {"estimates", std::vector<Index>{pooled.centres}},
      {"level", one(request.level)},
      {"estimate", back(pooled.mu)},
      {"lower", back(pooled.lower)},
      {"upper", back(pooled.upper)},
      {"prediction_lower", back(pooled.prediction_lower)},
      {"prediction_upper", back(pooled.prediction_upper)},
      {"adequate_from", limit(request.adequate.from)},
      {"adequate_to", limit(request.adequate.to)},
      {"adequate_probability", one(adequate.probability)},
      {"scaled", one(pooled.mu)},
      {"scaled_se", one(pooled.se)},
      {"scaled_wald_se", one(pooled.wald_se)},
      {"tau2", one(pooled.tau2)},
      {"tau2_lower", one(pooled.tau2_lower)},
      {"tau2_upper", one(pooled.tau2_upper)},
      {"i2", one(pooled.i2)},
      {"q", one(pooled.q)},
      {"q_p", one(pooled.q_p)},
      {"undefined_because",
       std::vector<std::string>{pooled.converged ? adequate.because
                                                 : "the pooling did not converge"}}};
  storage::write_table(folder / "pooled.tsv", columns);
}

int run_pool(const Invocation& invocation) {
  auto& session = invocation.session;
  const auto request = pool_request(invocation.options);
  const auto folder = session.output_folder("pool-results");
  const auto studies = read_studies(invocation.options, invocation.argument(), request);
  const auto pooled =
      pool_centres(studies.scaled, studies.variance, request.level, request.between);
  const Adequate adequate = adequate_new_one(request, pooled);
  write_pooled(request, pooled, adequate, folder);
  write_weights(studies, pooled, folder);
  const auto text = [&request](double value) {
    return fixed_text(from_scale(value, request.on), 3);
  };
  session.log().say("pooled    " + count_text(pooled.centres) + " estimates: " + text(pooled.mu) +
                    " (" + text(pooled.lower) + " to " + text(pooled.upper) + ")");
  session.log().say("          a new one is predicted between " + text(pooled.prediction_lower) +
                    " and " + text(pooled.prediction_upper));
  if (!adequate.because.empty()) {
    session.log().say("          " + adequate.because);
  } else if (!std::isnan(adequate.probability)) {
    session.log().say("          it is adequate with probability " +
                      fixed_text(adequate.probability, 3));
  }
  session.log().say("          variance between them " + fixed_text(pooled.tau2, 4) + " (" +
                    fixed_text(pooled.tau2_lower, 4) + " to " + fixed_text(pooled.tau2_upper, 4) +
                    ") on the scale '" + request.scale + "'");
  session.log().say("written   " + folder.string());
  return 0;
}

constexpr std::array own_options{
    OptionSpec{"estimate", "COL", "column of the estimates (default estimate)"},
    OptionSpec{
        "scale", "identity|logit|log", "logit for C and AUC, log for ratios (default identity)"},
    OptionSpec{"method",
               "reml|dersimonian-laird|paule-mandel",
               "variance between estimates (default reml)"},
    OptionSpec{"level", "L", "coverage of the intervals, also of those read (default 0.95)"},
    OptionSpec{"adequate-from", "V", "with what probability is a new one above V"},
    OptionSpec{"adequate-to", "V", "and below V (5 estimates needed)"},
};

} // namespace

const Verb pool_verb{
    .name = "pool",
    .arguments = "TABLE",
    .least_arguments = 1,
    .most_arguments = 1,
    .summary = "one summary of estimates of several centres or studies, with what a new one may be",
    .details = "TABLE has a row for each: name, estimate, and se or lower and upper. Writes "
               "pooled.tsv, weights.tsv.",
    .options = own_options,
    .reads_cohort = false,
    .run = &run_pool};

} // namespace vigil::app
