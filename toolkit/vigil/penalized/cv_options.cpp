// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/cv_options.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"

#include <algorithm>
#include <cmath>
#include <variant>

namespace vigil::penalized {

std::string_view name_of(CvLoss loss) noexcept {
  switch (loss) {
  case CvLoss::partial_likelihood:
    return "partial-likelihood";
  case CvLoss::deviance:
    return "deviance";
  case CvLoss::brier:
    return "brier";
  case CvLoss::concordance:
    break;
  }
  return "concordance";
}

std::optional<CvLoss> parse_cv_loss(std::string_view text) noexcept {
  for (const CvLoss loss :
       {CvLoss::partial_likelihood, CvLoss::deviance, CvLoss::concordance, CvLoss::brier}) {
    if (text == name_of(loss)) {
      return loss;
    }
  }
  return std::nullopt;
}

void check_cv(const CvOptions& options, const TrainingData& data) {
  if (options.folds < 2 || options.repeats < 1) {
    throw ConfigError({.where = "cross-validation",
                       .found = number_text(options.folds) + " folds, " +
                                number_text(options.repeats) + " repeats",
                       .expected = "at least 2 folds and 1 repeat",
                       .remedy = "use for example 5 folds"});
  }
  if (!std::holds_alternative<SurvivalOutcome>(data.outcome) && options.loss != CvLoss::deviance) {
    throw ConfigError({.where = "cross-validation, loss " + vigil::quoted(name_of(options.loss)),
                       .found = "an outcome without event times",
                       .expected = "loss 'deviance'",
                       .remedy = "use the loss deviance",
                       .problem = "this loss needs event times"});
  }
  if (options.loss == CvLoss::brier && !(options.horizon > 0.0 && std::isfinite(options.horizon))) {
    throw ConfigError({.where = "cross-validation, loss 'brier', horizon",
                       .found = number_text(options.horizon),
                       .expected = "a time > 0",
                       .remedy = "name the time at which risks are to be right (--horizon)",
                       .problem = "the Brier score is taken at a horizon"});
  }
  if (options.fold_of.empty()) {
    return;
  }
  const bool fits =
      size_of(options.fold_of) == options.repeats &&
      std::all_of(options.fold_of.begin(), options.fold_of.end(), [&](const auto& list) {
        return size_of(list) == data.subjects() &&
               std::all_of(list.begin(), list.end(), [&](Index fold) {
                 return fold >= 0 && fold <= options.folds;
               });
      });
  if (!fits) {
    throw ConfigError({.where = "named folds",
                       .found = number_text(size_of(options.fold_of)) + " lists",
                       .expected = "one list for each repeat, a number from 1 to " +
                                   number_text(options.folds) + " for each subject (0: in none)",
                       .remedy = "correct the file of folds"});
  }
}

} // namespace vigil::penalized
