// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/vigil/corrected_input.hpp"

#include "vigil/base/text.hpp"
#include "vigil/study/cohort_options.hpp"
#include "vigil/study/study_cuts.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

namespace vigil::app {

CorrectedInput::CorrectedInput(const Cohort& cohort,
                               const Options& options,
                               const CutRule& cut,
                               const FitContext& context)
    : cohort_(cohort), rule_(cut), combat_(combat_options(options)), all_(cohort.data()) {
  const CaseWeights weights = cohort.weights();
  check_cuts(all_, weights, cut);
  if (combat_) {
    check_combat(all_, weights, *combat_, context.scheduler);
    training_.emplace(all_, ColumnCorrections{.combat = *combat_, .cut = cut});
    corrected_ = training_->fit(weights, context);
  } else if (!cut.empty()) {
    cut_.emplace(all_, cut, context);
  }
}

TrainingData CorrectedInput::data() const noexcept {
  return corrected_ != nullptr ? corrected_->data() : cut_ ? cut_->data() : all_;
}

std::vector<FrozenCut> CorrectedInput::cuts() const {
  const CutView* cut = corrected_ != nullptr ? corrected_->cut() : cut_ ? &*cut_ : nullptr;
  if (cut == nullptr) {
    return {};
  }
  const FrozenCuts frozen = cut->frozen(cohort_.weights(), rule_);
  return {frozen.cuts().begin(), frozen.cuts().end()};
}

void CorrectedInput::say(const std::string& of_parts, Log& log) const {
  const std::string parts = of_parts.empty() ? "" : "; " + of_parts;
  if (combat_) {
    log.say("combat    markers corrected for " + combat_->batch + " in all subjects" + parts);
  }
  for (const FrozenCut& one : cuts()) {
    log.say("cut       " + cut_text(one) + parts);
  }
}

std::string combat_json(const std::optional<CombatOptions>& combat) {
  if (!combat) {
    return {};
  }
  nlohmann::ordered_json out;
  out["batch"] = combat->batch;
  out["covariates"] = combat->covariates;
  out["unseen"] = name_of(combat->unseen);
  return out.dump();
}

std::string cuts_json(std::span<const FrozenCut> cuts) {
  if (cuts.empty()) {
    return {};
  }
  auto out = nlohmann::ordered_json::array();
  for (const FrozenCut& one : cuts) {
    nlohmann::ordered_json entry;
    entry["column"] = one.column;
    entry["cut"] = one.cut; // null where there is none
    entry["p"] = one.choice.p;
    entry["undefined_because"] = one.choice.undefined_because;
    out.push_back(std::move(entry));
  }
  return out.dump();
}

void check_beside_cuts(const Options& options, const CutRule& cut) {
  for (const char* key : {"penalty_factor", "groups", "lower", "upper"}) {
    if (!cut.empty() && options.has(key)) {
      options.refuse(key,
                     "no columns that are cut beside it: each training set makes others of them",
                     "drop it, or declare the cut with --cut");
    }
  }
}

} // namespace vigil::app
