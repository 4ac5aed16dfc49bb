// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/penalized/fit_paths.hpp"
#include "vigil/study/cohort_options.hpp"

#include "apps/vigil/cohort_input.hpp"
#include "apps/vigil/path_request.hpp"
#include "apps/vigil/verbs.hpp"
#include <limits>
namespace vigil::app {

namespace {

int run_path(const Invocation& invocation) {
  auto& session = invocation.session;
  const auto folder = session.output_folder("path-results");
  const auto preparation = preparation_options(invocation.options);
  const Cohort cohort = open_input(invocation, invocation.argument(), ByDefault::all_numeric);
  const auto input = path_input(invocation.options, cohort);
  const auto data = cohort.data();
  const std::vector<CaseWeights> weights{cohort.weights()};
  const auto prepared = fit_preparations(data, weights, preparation, session.scheduler());
  FitContext context{session.scheduler(), session.memory_bytes()};
  const std::vector<FitItem> items{{weights.front(), prepared.front(), RandomKey(1)}};
  const penalized::PathRequest request{input.penalty, input.grid};
  penalized::PathBatch fits({data, items}, {&request, 1}, context);
  const std::vector<Index> to_the_end{std::numeric_limits<Index>::max()};
  fits.run(to_the_end);
  const penalized::PathFit& path = fits.path(0);
  write_path(path, input, cohort, folder);
  write_path_summary(path, input, cohort, {}, folder);
  session.log().say("path      " + number_text(path.points()) + " points, " +
                    (path.points() > 0 ? number_text(path.nonzero.back()) : "0") +
                    " nonzero at the last, worst KKT violation " +
                    number_text(worst_kkt_violation(path)) + ", matrix read " +
                    count_text(fits.whole_passes()) + " times whole, " +
                    count_text(fits.partial_passes()) + " times in part");
  session.log().say("written   " + folder.string());
  return 0;
}

} // namespace

const Verb path_verb{
    .name = "path",
    .arguments = "COHORT",
    .least_arguments = 1,
    .most_arguments = 1,
    .summary = "regularisation path of a penalized model, every point with its KKT violation",
    .details =
        "Writes path.tsv, coefficients.tsv, summary.json. Cox for --time and --event, else the "
        "--family of --outcome. Box limits, SCAD, MCP and relaxed fits come with a later "
        "version.",
    .options = path_options(),
    .reads_cohort = true,
    .run = &run_path};

} // namespace vigil::app
