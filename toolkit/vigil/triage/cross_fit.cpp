// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/triage/cross_fit.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/triage/treatment_overlap.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::triage {

CrossFit::CrossFit(const TreatedCohort& cohort,
                   const TreatmentModelOptions& options,
                   std::span<const Index> fold_of)
    : fold_of_(fold_of.begin(), fold_of.end()) {
  const Index folds = *std::max_element(fold_of.begin(), fold_of.end());
  const CaseWeights everybody = CaseWeights::ones(cohort.subjects());
  for (Index fold = 1; fold <= folds; ++fold) {
    std::vector<std::uint32_t> times;
    for (const Index own : fold_of) {
      times.push_back(own == fold ? 0 : 1);
    }
    TreatmentModelOptions without = options;
    without.fitted_to = ", fitted without fold " + number_text(fold) + " of " + number_text(folds);
    models_.push_back(std::make_unique<const TreatmentModels>(
        cohort, without, everybody.with_times(std::move(times))));
  }
  for (const bool treated : {false, true}) {
    const double effective = effective_subjects(treated);
    if (effective < fewest_effective_subjects) {
      throw InputError({.where = treated ? "treated subjects" : "untreated subjects",
                        .found = "weights of cross-fitted models that leave " +
                                 fixed_text(effective, 1) + " effective subjects",
                        .expected = number_text(fewest_effective_subjects) + " or more",
                        .remedy = "name fewer columns of --propensity, or leave --cross-fit out",
                        .problem = "cannot estimate the effect of the treatment"});
    }
  }
}

double CrossFit::effective_subjects(bool treated) const {
  double total = 0.0, squares = 0.0;
  for (Index subject = 0; subject < size_of(fold_of_); ++subject) {
    const TreatmentModels& models = *models_[at(fold_of_[at(subject)] - 1)];
    if (models.in_arm(subject, treated)) {
      const double weight = 1.0 / models.arm_probability(subject, treated);
      total += weight;
      squares += weight * weight;
    }
  }
  return total * total / squares;
}

std::vector<double> CrossFit::scores(bool treated, double horizon) const {
  std::vector<double> result(fold_of_.size(), 0.0);
  for (Index fold = 1; fold <= folds(); ++fold) {
    const TreatmentModels& models = *models_[at(fold - 1)];
    require_censoring(models, horizon);
    const auto scores = augmented_scores(models, treated, horizon);
    for (std::size_t subject = 0; subject < result.size(); ++subject) {
      if (fold_of_[subject] == fold) {
        result[subject] = scores[subject];
      }
    }
  }
  return result;
}

} // namespace vigil::triage
