// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/learn/model_checks.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"

#include <variant>

namespace vigil {

void expect_kind(const Record& record, std::string_view kind) {
  if (record.kind() != kind) {
    throw InputError({.where = "record " + quoted(record.kind()),
                      .found = "a result of kind " + quoted(record.kind()),
                      .expected = "a model of kind " + quoted(kind),
                      .remedy = "name the file of that model",
                      .problem = "cannot read the stored model"});
  }
}

FitStatus status_from(const Record& record) {
  for (const FitStatus status : {FitStatus::converged,
                                 FitStatus::iteration_limit,
                                 FitStatus::saturated,
                                 FitStatus::undefined}) {
    if (record.text("status") == name_of(status)) {
      return status;
    }
  }
  throw InputError({.where = "record " + quoted(record.kind()) + ", entry 'status'",
                    .found = quoted(record.text("status")),
                    .expected = "converged, iteration_limit, saturated or undefined",
                    .remedy = "the model file is damaged or newer than this program",
                    .problem = "cannot read the stored model"});
}

const SurvivalOutcome& survival_outcome(const Outcome& outcome, std::string_view learner) {
  const auto* survival = std::get_if<SurvivalOutcome>(&outcome);
  if (survival == nullptr) {
    throw ConfigError({.where = "learner " + quoted(learner),
                       .found = "an outcome that is not the time to one event",
                       .expected = "time and event (0 / 1)",
                       .remedy = "name the outcome with --time and --event",
                       .problem = "the learner cannot use this outcome"});
  }
  return *survival;
}

} // namespace vigil
