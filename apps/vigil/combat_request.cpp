// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/vigil/combat_request.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"

#include "apps/vigil/cohort_input.hpp"
#include <array>

namespace vigil::app {

storage::CohortRequest cohort_of_model(const Invocation& invocation,
                                       const std::string& file,
                                       const std::optional<Combat>& combat) {
  auto request = cohort_input(invocation, file, ByDefault::all_numeric);
  if (!combat && !request.batch.empty()) {
    invocation.options.refuse(
        "batch", "a model that corrects for batches", "drop --batch: this model does not");
  }
  if (combat && request.batch.empty()) {
    request.batch = combat->options().batch;
  }
  return request;
}

void say_unseen_batches(const std::optional<Combat>& combat,
                        const Cohort& cohort,
                        Session& session) {
  if (!combat) {
    return;
  }
  const auto names = combat->unseen(cohort.covariates());
  if (!names.empty()) {
    session.log().say("batches   unknown to training: " + join(names, ", ") +
                      (combat->options().unseen == UnseenBatch::reference
                           ? "; mapped by their own mean and SD, which looks at the other subjects "
                             "of the batch (transductive)"
                           : "; not corrected"));
  }
}

void refuse_corrected(const Record& model, const std::string& what) {
  for (const auto& [entry, does, option] :
       {std::array{"combat", "corrects for batches", "combat"},
        std::array{"cuts", "cuts columns in two", "choose_cut"}}) {
    if (model.has(entry)) {
      throw ConfigError({.where = what,
                         .found = std::string("a model that ") + does,
                         .expected = std::string("a model without ") + option,
                         .remedy = std::string("fit the forest without ") + option,
                         .problem = what + " cannot use this model"});
    }
  }
}

} // namespace vigil::app
