// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/validate/validate.hpp"

#include <span>
#include <vector>

namespace vigil {

/// A weighting and the address of its fit, for each of several fits.
struct ViewFits {
  std::span<const CaseWeights> weights;
  std::span<const RandomKey> keys;
  bool with_diagnostics = false;
};

/// Prepares and fits one learner on several weightings: one pass for the preparations, one batch for the fits.
[[nodiscard]] std::vector<AnyModel> fit_view(const ColumnView& view,
                                             const NamedLearner& learner,
                                             const ViewFits& fits,
                                             FitContext& context);

/// Fills prediction, selection and status of a record whose subjects are named.
void fill_record(const ColumnView& view,
                 const AnyModel& model,
                 const PredictionRequest& request,
                 FitContext& context,
                 ResampleRecord& record);

} // namespace vigil
