// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/loss.hpp"

#include "vigil/penalized/cox_loss.hpp"
#include "vigil/penalized/model_inputs.hpp"

namespace vigil::penalized {

std::unique_ptr<const Loss>
make_loss(const TrainingData& data, const CaseWeights& weights, survival::Ties ties) {
  return std::make_unique<CoxLoss>(
      survival_outcome(data.outcome, "cox-net"), weights, data.stratum, data.offset, ties);
}

} // namespace vigil::penalized
