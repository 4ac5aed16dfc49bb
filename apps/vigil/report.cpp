// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/report/write_html.hpp"
#include "vigil/report/write_json.hpp"

#include "apps/vigil/verbs.hpp"

namespace vigil::app {

namespace {

int run_report(const Invocation& invocation) {
  const std::filesystem::path folder = invocation.argument();
  report::write_html(report::read_json(folder), folder);
  invocation.session.log().say("written   " + (folder / "report.html").string());
  return 0;
}

} // namespace

const Verb report_verb{.name = "report",
                       .arguments = "DIR",
                       .least_arguments = 1,
                       .most_arguments = 1,
                       .summary = "make report.html again from a results folder",
                       .details = "",
                       .options = {},
                       .reads_cohort = false,
                       .run = &run_report};

} // namespace vigil::app
