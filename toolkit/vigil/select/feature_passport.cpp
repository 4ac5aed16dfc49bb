// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/feature_passport.hpp"

#include "vigil/base/text.hpp"
#include "vigil/learn/model_checks.hpp"
#include "vigil/learn/preparation.hpp"
#include "vigil/numeric/f_tail.hpp"
#include "vigil/numeric/tail.hpp"
#include "vigil/resample/weights_where.hpp"
#include "vigil/select/residual_projection.hpp"
#include "vigil/select/screen.hpp"
#include "vigil/survival/cox_fit.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

namespace vigil::select {

namespace {

constexpr double level = 0.95;
constexpr survival::Ties ties = survival::Ties::efron;

/// The columns that are not penalized, and some that are, with all else of the data.
class ChosenColumns {
public:
  ChosenColumns(const TrainingData& data, std::span<const Index> listed, Scheduler& scheduler)
      : none_(data.subjects()), block_(data.subjects()), all_(data) {
    const auto add = [&](std::span<const Index> columns, bool penalized) {
      const auto raw = raw_columns(data.covariates(), columns, scheduler);
      for (Index place = 0; place < size_of(columns); ++place) {
        FeatureInfo info = data.covariates().info(columns[at(place)]);
        info.penalized = penalized;
        const auto from = raw.begin() + place * data.subjects();
        block_.add(std::move(info), {from, from + data.subjects()});
      }
    };
    add(unpenalized_columns(data.covariates()), false);
    adjusted_ = block_.columns();
    add(listed, true);
  }

  [[nodiscard]] Index adjusted() const noexcept { return adjusted_; }
  [[nodiscard]] TrainingData data() const {
    TrainingData chosen{.features = none_, .clinical = block_, .outcome = all_.outcome};
    chosen.stratum = all_.stratum;
    chosen.offset = all_.offset;
    chosen.centre = all_.centre;
    chosen.group = all_.group;
    return chosen;
  }

private:
  FeatureMatrix none_;
  ClinicalBlock block_;
  const TrainingData& all_;
  Index adjusted_ = 0;
};

Screen screen_of(const TrainingData& data, const CaseWeights& within, FitContext& context) {
  return screen(data, within, {.ties = ties, .draws = 0}, RandomKey(0), context);
}

/// Prepared columns of a cohort, by subject; places with the features behind the adjusted ones.
struct PreparedColumns {
  std::vector<double> values = {};
  std::vector<Index> kept = {};
  std::vector<double> spread = {}; ///< by column of the block; NaN where it does not vary
};

PreparedColumns prepare(const TrainingData& data, const CaseWeights& within, Scheduler& scheduler) {
  const auto prepared = fit_preparations(data, {&within, 1}, {}, scheduler);
  PreparedColumns result;
  result.spread.assign(at(data.columns()), std::numeric_limits<double>::quiet_NaN());
  for (Index column = 0; column < data.columns(); ++column) {
    if (prepared.front().keeps(column)) {
      result.kept.push_back(column);
      result.spread[at(column)] = prepared.front().column(column).spread;
    }
  }
  Preparation rules = prepared.front().select(result.kept);
  rules.fill_from(raw_columns(data.covariates(), result.kept, scheduler), within);
  result.values = prepared_columns(data.covariates(), result.kept, rules, scheduler);
  return result;
}

CentreShare share_between(std::span<const double> values,
                          std::span<const Index> centre,
                          std::span<const Index> subjects) {
  std::map<Index, std::pair<double, double>> sums; // of a centre: values, subjects
  double total = 0.0, number = 0.0;
  for (const Index subject : subjects) {
    auto& sum = sums[centre[at(subject)]];
    sum.first += values[at(subject)];
    sum.second += 1.0;
    total += values[at(subject)];
    number += 1.0;
  }
  const auto levels = static_cast<double>(sums.size());
  if (levels < 2.0 || number <= levels) {
    return {};
  }
  double between = 0.0, all = 0.0;
  for (const auto& entry : sums) {
    const double distance = entry.second.first / entry.second.second - total / number;
    between += entry.second.second * distance * distance;
  }
  for (const Index subject : subjects) {
    const double distance = values[at(subject)] - total / number;
    all += distance * distance;
  }
  const double rest = all - between;
  if (!(all > 0.0)) {
    return {};
  }
  const double f = (between / (levels - 1.0)) / (rest / (number - levels));
  return {.share = between / all,
          .p = rest > 0.0 ? f_upper(f, levels - 1.0, number - levels) : 0.0};
}

/// Numbers of (stratum, centre), by subject.
std::vector<Index> crossed_strata(const TrainingData& data) {
  std::map<std::pair<Index, Index>, Index> known;
  std::vector<Index> label;
  for (Index subject = 0; subject < data.subjects(); ++subject) {
    const std::pair key{data.stratum.empty() ? 0 : data.stratum[at(subject)],
                        data.centre[at(subject)]};
    label.push_back(known.try_emplace(key, static_cast<Index>(known.size())).first->second);
  }
  return label;
}

/// Effects of one feature over centres.
class EffectsOverCentres {
public:
  EffectsOverCentres(const TrainingData& data,
                     const CaseWeights& within,
                     std::span<const double> adjusted)
      : data_(data), within_(within), adjusted_(adjusted),
        outcome_(survival_outcome(data.outcome, "passport")), crossed_(crossed_strata(data)) {}

  [[nodiscard]] CentreEffects of(std::span<const double> feature) const {
    CentreEffects effects;
    std::vector<double> columns(adjusted_.begin(), adjusted_.end());
    columns.insert(columns.end(), feature.begin(), feature.end());
    const survival::CoxLikelihood all(outcome_, within_, crossed_, data_.offset, ties);
    const auto joint = survival::fit_cox(all, columns);
    if (joint.status != survival::CoxFitStatus::converged) {
      effects.undefined_because = "the model of all centres is not defined";
      return effects;
    }
    const auto offset = adjusted_predictor(joint);
    std::vector<double> estimate, variance;
    for (const Index centre : std::set<Index>(data_.centre.begin(), data_.centre.end())) {
      const auto own = weights_where(
          within_, [&](Index subject) { return data_.centre[at(subject)] == centre; });
      const survival::CoxLikelihood likelihood(outcome_, own, data_.stratum, offset, ties);
      if (centre == no_index || likelihood.events() < events_of_a_centre) {
        continue;
      }
      const auto fit = survival::fit_cox(likelihood, feature);
      const double se =
          fit.status == survival::CoxFitStatus::converged ? fit.standard_error(0) : 0.0;
      if (se > 0.0) {
        estimate.push_back(fit.coefficient.front());
        variance.push_back(se * se);
      }
    }
    pool(estimate, variance, effects);
    return effects;
  }

private:
  [[nodiscard]] std::vector<double> adjusted_predictor(const survival::CoxFit& joint) const {
    const Index subjects = data_.subjects();
    std::vector<double> offset(data_.offset.begin(), data_.offset.end());
    offset.resize(at(subjects), 0.0);
    for (Index column = 0; column < size_of(adjusted_) / subjects; ++column) {
      for (Index subject = 0; subject < subjects; ++subject) {
        offset[at(subject)] +=
            joint.coefficient[at(column)] * adjusted_[at(column * subjects + subject)];
      }
    }
    return offset;
  }

  static void
  pool(std::span<const double> estimate, std::span<const double> variance, CentreEffects& effects) {
    effects.pooled.centres = size_of(estimate);
    if (estimate.size() < 2) {
      effects.undefined_because =
          "fewer than 2 centres with " + number_text(events_of_a_centre) + " events and an effect";
      return;
    }
    effects.pooled = pool_centres(estimate, variance, level);
    double weight = 0.0, sum = 0.0, q = 0.0;
    for (std::size_t place = 0; place < estimate.size(); ++place) {
      weight += 1.0 / variance[place];
      sum += estimate[place] / variance[place];
      effects.same_sign += estimate[place] * effects.pooled.mu > 0.0 ? 1 : 0;
    }
    for (std::size_t place = 0; place < estimate.size(); ++place) {
      const double distance = estimate[place] - sum / weight;
      q += distance * distance / variance[place];
    }
    effects.q_p = chi_square_upper(q, static_cast<double>(estimate.size() - 1));
  }

  const TrainingData& data_;
  const CaseWeights& within_;
  std::span<const double> adjusted_;
  const SurvivalOutcome& outcome_;
  std::vector<Index> crossed_;
};

} // namespace

std::vector<FeaturePassport> feature_passports(const TrainingData& data,
                                               const CaseWeights& within,
                                               std::span<const Index> listed,
                                               FitContext& context) {
  const ChosenColumns chosen(data, listed, context.scheduler);
  const TrainingData own = chosen.data();
  const Screen tests = screen_of(own, within, context);
  const PreparedColumns columns = prepare(own, within, context.scheduler);
  const Index subjects = data.subjects();
  const auto first_feature =
      std::lower_bound(columns.kept.begin(), columns.kept.end(), chosen.adjusted());
  const auto adjusted =
      std::span(columns.values).first(at((first_feature - columns.kept.begin()) * subjects));
  std::vector<FeaturePassport> passports(listed.size());
  context.scheduler.for_each(size_of(listed), [&](Index number, Index) {
    FeaturePassport& passport = passports[at(number)];
    const Index column = chosen.adjusted() + number;
    passport.z = tests.z[at(number)];
    passport.undefined_because = tests.why_undefined(number);
    passport.spread = columns.spread[at(column)];
    if (!(passport.spread == passport.spread)) {
      passport.centres.undefined_because = "constant";
      return;
    }
    const auto place =
        std::lower_bound(columns.kept.begin(), columns.kept.end(), column) - columns.kept.begin();
    const auto values = std::span(columns.values).subspan(at(place * subjects), at(subjects));
    if (data.centre.empty()) {
      passport.centres.undefined_because = "no centres";
      return;
    }
    passport.between = share_between(values, data.centre, within.support());
    passport.centres = EffectsOverCentres(own, within, adjusted).of(values);
  });
  return passports;
}

std::vector<Replication> replications(const TrainingData& data,
                                      const CaseWeights& within,
                                      std::span<const Index> listed,
                                      FitContext& context) {
  std::vector<Index> present;
  for (const Index column : listed) {
    if (column != no_index) {
      present.push_back(column);
    }
  }
  const ChosenColumns chosen(data, present, context.scheduler);
  const Screen tests = screen_of(chosen.data(), within, context);
  std::vector<Replication> result(listed.size());
  Index place = 0;
  for (std::size_t number = 0; number < listed.size(); ++number) {
    if (listed[number] == no_index) {
      result[number].undefined_because = "not in this cohort";
      continue;
    }
    result[number] = {.z = tests.z[at(place)],
                      .p = tests.p[at(place)],
                      .estimate = tests.estimate[at(place)],
                      .undefined_because = tests.why_undefined(place)};
    ++place;
  }
  return result;
}

} // namespace vigil::select
