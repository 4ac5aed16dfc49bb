// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/penalized/adaptive.hpp"
#include "vigil/penalized/fit_paths.hpp"
#include "vigil/study/cohort_options.hpp"

#include "apps/vigil/cohort_input.hpp"
#include "apps/vigil/combat_request.hpp"
#include "apps/vigil/corrected_input.hpp"
#include "apps/vigil/path_request.hpp"
#include "apps/vigil/relaxed_output.hpp"
#include "apps/vigil/verbs.hpp"
#include <fmt/format.h>
#include <limits>

namespace vigil::app {

namespace {

constexpr Index pilot_folds = 10;

/// The pilot of an adaptive penalty, and the factors from it.
void adapt(const FitBatch& batch,
           const PreparationOptions& preparation,
           PathInput& input,
           FitContext& context,
           Log& log) {
  const penalized::PathRequest request{input.penalty, input.grid};
  input.pilot =
      penalized::fit_pilots(batch, {&request, 1}, pilot_folds, preparation, context).front();
  input.penalty.factor = penalized::adaptive_factors(*input.pilot, input.penalty, batch.data);
  log.say(input.pilot->undefined()
              ? "pilot     undefined: " + input.pilot->undefined_because
              : "pilot     lambda " + number_text(input.pilot->lambda) + ", " +
                    number_text(size_of(input.pilot->feature)) + " penalized columns selected (" +
                    number_text(pilot_folds) + " folds, seed 1)");
}

void say_relaxed(const RelaxedSummary& relaxed, Log& log) {
  log.say("relaxed   " + number_text(relaxed.points) + " points" +
          (relaxed.ended_because.empty() ? "" : ", then: " + relaxed.ended_because));
}

/// Nothing can be fitted: the files of a path without points.
int write_undefined(const PathInput& input,
                    const Cohort& cohort,
                    const Covariates& covariates,
                    const std::filesystem::path& folder,
                    Log& log) {
  penalized::PathFit path;
  path.undefined = true;
  write_path(path, input, covariates, folder);
  if (input.relax) {
    write_relaxed({}, path, input, covariates, folder);
  }
  write_path_summary(path, input, cohort, {}, folder);
  log.say("path      0 points");
  log.say("written   " + folder.string());
  return 0;
}

int run_path(const Invocation& invocation) {
  auto& session = invocation.session;
  const auto folder = session.output_folder("path-results");
  const auto preparation = preparation_options(invocation.options);
  const Cohort cohort = open_input(invocation, invocation.argument(), ByDefault::all_numeric);
  auto input = path_input(invocation.options, cohort);
  check_beside_cuts(invocation.options, preparation.cut);
  FitContext context{session.scheduler(), session.memory_bytes()};
  const CorrectedInput corrected(cohort, invocation.options, preparation.cut, context);
  input.combat = combat_json(corrected.combat());
  input.cuts = cuts_json(corrected.cuts());
  corrected.say(input.adaptive ? "each fold of the pilot has its own" : "", session.log());
  const auto data = corrected.data();
  const std::vector<CaseWeights> weights{cohort.weights()};
  const auto prepared = fit_preparations(data, weights, preparation, session.scheduler());
  const std::vector<FitItem> items{{weights.front(), prepared.front(), RandomKey(1)}};
  if (input.adaptive) {
    adapt({data, items, corrected.training()}, preparation, input, context, session.log());
  }
  if (input.pilot && input.pilot->undefined()) {
    return write_undefined(input, cohort, data.covariates(), folder, session.log());
  }
  const penalized::PathRequest request{input.penalty, input.grid};
  penalized::PathBatch fits({data, items}, {&request, 1}, context);
  const std::vector<Index> to_the_end{std::numeric_limits<Index>::max()};
  fits.run(to_the_end);
  const penalized::PathFit& path = fits.path(0);
  write_path(path, input, data.covariates(), folder);
  if (input.relax) {
    const auto relaxed =
        penalized::relaxed_path(data, fits.fitter(0), fits.columns(), path.points());
    write_relaxed(relaxed, path, input, data.covariates(), folder);
    input.relaxed = relaxed_summary(relaxed);
    say_relaxed(*input.relaxed, session.log());
  }
  write_path_summary(path, input, cohort, {}, folder);
  session.log().say("path      " + number_text(path.points()) + " points, " +
                    (path.points() > 0 ? number_text(path.nonzero.back()) : "0") +
                    " nonzero at the last, worst KKT violation " +
                    fmt::format("{:.1e}", worst_kkt_violation(path)) + ", matrix read " +
                    count_text(fits.whole_passes()) + " times whole, " +
                    count_text(fits.partial_passes()) + " times in part");
  session.log().say("written   " + folder.string());
  return 0;
}

std::span<const OptionSpec> all_options() {
  static const auto table = [] {
    std::vector<OptionSpec> joined(path_options().begin(), path_options().end());
    joined.push_back(choose_cut_option);
    joined.insert(joined.end(), combat_specs.begin(), combat_specs.end());
    return joined;
  }();
  return table;
}

} // namespace

const Verb& path_verb() {
  static const Verb verb{
      .name = "path",
      .arguments = "COHORT",
      .least_arguments = 1,
      .most_arguments = 1,
      .summary = "regularisation path of a penalized model, every point with its KKT violation",
      .details =
          "Writes path.tsv, coefficients.tsv, summary.json; with --relax relaxed.tsv and "
          "relaxed_coefficients.tsv. Cox for --time and --event, else the --family of --outcome. "
          "With --penalty mcp or scad a point is a local minimum, reached from the larger lambda.",
      .options = all_options(),
      .reads_cohort = true,
      .run = &run_path};
  return verb;
}

} // namespace vigil::app
