// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/vigil/effect_rows.hpp"

#include "vigil/resample/plan.hpp"

#include <utility>

namespace vigil::app {

namespace {

/// Makes the rows of effect.tsv; with groups their influence is summed within them.
class EffectRows {
public:
  EffectRows(const triage::TreatmentModels& models,
             const triage::CrossFit* cross_fit,
             const EffectRowOptions& options)
      : models_(models), cross_fit_(cross_fit), options_(options) {}

  std::vector<triage::EffectRow> run(const std::vector<bool>& treat) {
    for (const double horizon : options_.horizons) {
      if (options_.target == triage::TargetPopulation::overlap) {
        add_both("overlap", triage::overlap_weighted, horizon);
        continue;
      }
      add_both("g-formula", triage::g_formula, horizon);
      add_both("iptw", triage::iptw, horizon);
      add_augmented("aiptw",
                    triage::augmented_scores(models_, false, horizon),
                    triage::augmented_scores(models_, true, horizon),
                    treat,
                    horizon);
      if (cross_fit_ != nullptr) {
        add_augmented("aiptw-cross-fit",
                      cross_fit_->scores(false, horizon),
                      cross_fit_->scores(true, horizon),
                      treat,
                      horizon);
      }
    }
    return std::move(rows_);
  }

private:
  [[nodiscard]] triage::InfluencedRisk by_group(const triage::InfluencedRisk& risk) const {
    return options_.group.empty() ? risk : triage::grouped(risk, options_.group);
  }
  void add(const char* name,
           const triage::InfluencedRisk& untreated,
           const triage::InfluencedRisk& treated,
           double horizon) {
    for (auto& row : triage::effect_rows(
             name, by_group(untreated), by_group(treated), horizon, options_.level)) {
      rows_.push_back(std::move(row));
    }
  }
  template <class Estimator>
  void add_both(const char* name, const Estimator& estimator, double horizon) {
    add(name, estimator(models_, false, horizon), estimator(models_, true, horizon), horizon);
  }
  /// The augmented estimator, the value of the rule, and its differences from treating everybody and nobody.
  void add_augmented(const char* name,
                     std::vector<double> untreated,
                     std::vector<double> treated,
                     const std::vector<bool>& treat,
                     double horizon) {
    std::vector<double> scores;
    for (std::size_t subject = 0; subject < treat.size(); ++subject) {
      scores.push_back(treat[subject] ? treated[subject] : untreated[subject]);
    }
    const auto none = triage::mean_score(std::move(untreated));
    const auto all = triage::mean_score(std::move(treated));
    add(name, none, all, horizon);
    if (!options_.has_rule) {
      return;
    }
    const auto rule = triage::mean_score(std::move(scores));
    const auto add_rule = [&](const char* quantity, const triage::InfluencedRisk& risk) {
      auto row = triage::effect_row(name, by_group(risk), options_.level);
      row.quantity = quantity;
      row.horizon = horizon;
      rows_.push_back(std::move(row));
    };
    add_rule("rule_risk", rule);
    add_rule("rule_minus_treat_all", triage::difference(rule, all));
    add_rule("rule_minus_treat_none", triage::difference(rule, none));
  }

  const triage::TreatmentModels& models_;
  const triage::CrossFit* cross_fit_;
  const EffectRowOptions& options_;
  std::vector<triage::EffectRow> rows_;
};

} // namespace

std::vector<triage::EffectRow> effect_rows_of(const triage::TreatmentModels& models,
                                              const triage::CrossFit* cross_fit,
                                              const std::vector<bool>& treat,
                                              const EffectRowOptions& options) {
  return EffectRows(models, cross_fit, options).run(treat);
}

std::vector<Index> cross_fit_folds_of(const Cohort& cohort,
                                      std::span<const std::uint8_t> treated,
                                      Index folds,
                                      const RandomKey& key) {
  const std::vector<Index> arm(treated.begin(), treated.end());
  TrainingData data = cohort.data();
  data.centre = arm; // folds are drawn within centre x event: here within arm x event
  return draw_folds(data, cohort.weights(), folds, key);
}

} // namespace vigil::app
