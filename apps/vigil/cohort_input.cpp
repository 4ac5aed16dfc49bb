// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/vigil/cohort_input.hpp"

#include "vigil/base/text.hpp"
#include "vigil/study/cohort_options.hpp"
#include "vigil/study/cohort_summary.hpp"
#include "vigil/study/study_rows.hpp"

namespace vigil::app {

storage::CohortRequest
cohort_input(const Invocation& invocation, const std::string& file, ByDefault markers) {
  auto request = cohort_request(invocation.options, file);
  if (markers == ByDefault::all_numeric) {
    features_by_default(request);
  }
  if (const auto combat = combat_options(invocation.options)) { // a verb that fits
    request.batch = combat->batch;
  }
  request.memory_bytes = invocation.session.memory_bytes();
  return request;
}

std::string cohort_line(const Cohort& cohort) {
  const auto summary = input_summary(cohort, "");
  return summary.file + "  " + counts_line(summary) + "  sha256 " + summary.digest.substr(0, 12);
}

Cohort open_input(const Invocation& invocation, const std::string& file, ByDefault markers) {
  return open_input(invocation.session, cohort_input(invocation, file, markers));
}

Cohort open_input(Session& session, const storage::CohortRequest& request) {
  Cohort cohort = storage::open_cohort(request, session.scheduler());
  session.log().say("input     " + cohort_line(cohort));
  for (const auto& note : cohort.parts().notes) {
    session.log().say("          " + note);
  }
  for (const auto& note : idle_column_notes(cohort, session.scheduler())) {
    session.log().say("          " + note);
  }
  return cohort;
}

} // namespace vigil::app
