// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/study/study_null_check.hpp"

#include "vigil/base/text.hpp"
#include "vigil/study/study_rows.hpp"

#include <utility>

namespace vigil {

Index null_permutations(std::string_view form) {
  return form == "full" ? 100 : form == "quick" ? 20 : 0;
}

void add_null_check(const StudySettings& study,
                    NullCheckTask task,
                    const StudyWatch& watch,
                    FitContext& context,
                    report::Report& report) {
  task.permutations = null_permutations(study.validate.null_check);
  if (task.permutations == 0) {
    return;
  }
  const Index resamples = size_of(null_check_resamples(task.plan));
  const bool within_centre = !task.cohort.centre_names().empty();
  watch.say("null",
            count_text(size_of(task.learners), "learner") + " x " +
                count_text(task.permutations, "permutation") + " of the outcome" +
                (within_centre ? " within centre" : "") + " x " +
                count_text(resamples, "resample") + " = " +
                count_text(size_of(task.learners) * task.permutations * resamples, "fit"));
  const auto stop = [&] {
    if (watch.stop()) {
      throw Stopped{};
    }
  };
  NullCheck check = null_check(task, stop, context);
  report.null_check = {.form = study.validate.null_check,
                       .permutations = task.permutations,
                       .resamples = resamples,
                       .within_centre = within_centre,
                       .failed = check.failed(),
                       .learners = std::move(check.verdicts)};
  report.null_permutations = std::move(check.rows);
}

} // namespace vigil
