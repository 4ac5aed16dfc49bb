// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Batches are corrected anew in every inner fold: nobody who is held out there has part in it.
#include "vigil/penalized/loss.hpp"
#include "vigil/penalized/penalized_learner.hpp"
#include "vigil/validate/corrected_view.hpp"
#include "vigil/validate/fit_view.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include "tests/support/small_cohort.hpp"
#include <cmath>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace vigil {
namespace {

/// Markers by subject, all other parts as small_parts draws them.
CohortParts with_markers(CohortParts parts, Index markers, std::vector<float> values) {
  const Index subjects = size_of(parts.subject_ids);
  std::vector<FeatureInfo> info;
  for (Index marker = 0; marker < markers; ++marker) {
    info.push_back({.name = "m" + number_text(marker + 1)});
  }
  parts.features =
      FeatureMatrix(resident_source(subjects, markers, std::move(values), 4), std::move(info));
  return parts;
}

std::vector<float> marker_values(const CohortParts& parts) {
  Scheduler scheduler(1);
  std::vector<Index> all;
  for (Index marker = 0; marker < parts.features.features(); ++marker) {
    all.push_back(marker);
  }
  return parts.features.columns(all, scheduler);
}

constexpr Index subjects = 120, markers = 24;

/// Batches are the centres A, B, C; markers of B are shifted and wide, the one subject of batch D trains or tests alone.
CohortParts batch_parts() {
  CohortParts parts = test::small_parts({.subjects = subjects, .markers = markers, .clinical = 2});
  std::vector<std::string> batches;
  for (Index i = 0; i < subjects; ++i) {
    batches.push_back(i == 7 || i == 8 || i == 12 ? "D" : std::string(1, "ABC"[i % 3]));
  }
  parts.batch = make_grouping(batches);
  std::vector<float> values = marker_values(parts);
  for (Index cell = 0; cell < size_of(values); ++cell) {
    if (batches[at(cell % subjects)] == "B") {
      values[at(cell)] = 2.0F + 3.0F * values[at(cell)];
    }
  }
  return with_markers(std::move(parts), markers, std::move(values));
}

CombatOptions combat(UnseenBatch unseen = UnseenBatch::none) {
  return {.batch = "site", .covariates = {"c1"}, .unseen = unseen};
}

CaseWeights without_every(Index step) {
  std::vector<std::uint32_t> times(at(subjects), 1);
  for (Index i = 0; i < subjects; i += step) {
    times[at(i)] = 0;
  }
  return CaseWeights::ones(subjects).with_times(times);
}

penalized::PenalizedOptions net_options() {
  penalized::PenalizedOptions net;
  net.l1_ratio = {1.0, 0.5};
  net.grid.points = 30;
  net.inner.folds = 3;
  net.interval_resamples = 0;
  return net;
}

/// What tells two models apart.
struct Fitted {
  std::vector<double> coefficient;
  double lambda = 0.0, l1_ratio = 0.0, loss = 0.0;
  bool operator==(const Fitted&) const = default;
};

Fitted fitted(const Record& record) {
  return {record.numbers("coefficient"),
          record.number("lambda"),
          record.number("l1_ratio"),
          record.number("cv_loss")};
}

Fitted fit_net(const CohortParts& parts,
               const CaseWeights& train,
               UnseenBatch unseen = UnseenBatch::none,
               int threads = 2,
               Index memory_bytes = Index{1} << 30) {
  const Cohort cohort{parts};
  Scheduler scheduler(threads);
  FitContext context{scheduler, memory_bytes};
  const NamedLearner named{.name = "net",
                           .learner = AnyLearner(penalized::PenalizedLearner(net_options())),
                           .combat = combat(unseen)};
  const ColumnView view(cohort.data(), named.columns);
  const RandomKey key(8);
  return fitted(
      fit_view(view, named, {.weights = {&train, 1}, .keys = {&key, 1}}, context).front().record());
}

/// x'b of all subjects at one point of a path, missing cells filled as the preparation says.
std::vector<double> linear_predictor(const TrainingData& data,
                                     const FitItem& item,
                                     const penalized::PathFit& path,
                                     Index point,
                                     Scheduler& scheduler) {
  const auto features = path.coefficients.features_at(point);
  const auto values = path.coefficients.values_at(point);
  Preparation chosen = item.preparation.select(features);
  chosen.fill_from(raw_columns(data.covariates(), features, scheduler), item.weights);
  const auto columns = prepared_columns(data.covariates(), features, chosen, scheduler);
  std::vector<double> eta(at(subjects), 0.0);
  for (std::size_t place = 0; place < features.size(); ++place) {
    const double scale = item.preparation.column(features[place]).scale;
    for (Index subject = 0; subject < subjects; ++subject) {
      eta[at(subject)] += values[place] * scale * columns[place * at(subjects) + at(subject)];
    }
  }
  return eta;
}

/// log partial likelihood of the weighted rows
double
likelihood(const TrainingData& data, const CaseWeights& weights, const std::vector<double>& eta) {
  const auto loss = penalized::make_loss(data, weights, survival::Ties::breslow);
  std::vector<double> of_rows;
  for (const Index subject : loss->subjects()) {
    of_rows.push_back(eta[at(subject)]);
  }
  return loss->value(of_rows);
}

/// The losses of one fold by their definition: columns corrected in its training rows, its path at these lambdas, log partial
/// likelihood of all rows less that of the training rows.
std::vector<double> losses_by_hand(const TrainingData& data,
                                   const CaseWeights& within,
                                   const CaseWeights& train,
                                   const std::vector<double>& lambdas,
                                   FitContext& context) {
  Scheduler& scheduler = context.scheduler;
  const CorrectedColumns corrected =
      Combat::fit(data, train, combat(), scheduler).correct(data.covariates(), scheduler, true);
  const TrainingData seen = corrected.data(data);
  const auto preparation = fit_preparations(seen, {&train, 1}, {}, scheduler);
  const FitItem item{train, preparation.front(), RandomKey(1)};
  const auto path =
      penalized::fit_paths({seen, {&item, 1}}, {}, {.values = lambdas}, context).front();
  double events = 0.0;
  for (const Index subject : within.support()) {
    events +=
        train.times(subject) == 0 ? std::get<SurvivalOutcome>(data.outcome).event[at(subject)] : 0;
  }
  std::vector<double> losses;
  for (Index point = 0; point < size_of(lambdas); ++point) {
    const auto eta = linear_predictor(seen, item, path, point, scheduler);
    losses.push_back(-2.0 * (likelihood(seen, within, eta) - likelihood(seen, train, eta)) /
                     events);
  }
  return losses;
}

TEST(InnerCombat, EachFoldIsFittedAndJudgedOnColumnsOfItsOwn) {
  const Cohort cohort{batch_parts()};
  const CaseWeights within = without_every(5);
  Scheduler scheduler(2);
  FitContext context{scheduler};
  const CombatTraining training(cohort.data(), {.combat = combat()});
  const auto own = training.fit(within, context);
  const TrainingData all = own->data();
  const auto prepared = fit_preparations(all, {&within, 1}, {}, scheduler);
  const FitItem item{within, prepared.front(), RandomKey(5)};
  const penalized::PenaltyOptions lasso;
  const penalized::PathRequest request{lasso, {.points = 15}};
  const penalized::CvOptions options{.folds = 3, .full_grid = true};
  const auto cv =
      penalized::cross_validate({all, {&item, 1}, &training}, {&request, 1}, options, context)
          .front();
  ASSERT_EQ(cv.path.points(), 15);
  for (Index fold = 1; fold <= 3; ++fold) {
    std::vector<std::uint32_t> times(at(subjects), 0);
    for (const Index subject : within.support()) {
      times[at(subject)] = cv.fold_of.front()[at(subject)] == fold ? 0 : 1;
    }
    const auto expected =
        losses_by_hand(cohort.data(), within, within.with_times(times), cv.path.lambda, context);
    for (Index point = 0; point < 15; ++point) {
      EXPECT_NEAR(cv.fold_loss[at(point * 3 + fold - 1)],
                  expected[at(point)],
                  test::relative(expected[at(point)], 1e-6, "two solutions of one convex problem"))
          << fold << ' ' << point;
    }
  }
}

// Two markers that are alike, so that there is nothing to shrink: with mean and sample SD of a batch among those who train
// x becomes a + (x - mean) s / SD, a the mean of all and s^2 their mean squared residual. Training rows 1, 3 in A and 10, 14
// in B: a = 7, s^2 = (1 + 1 + 4 + 4) / 4 = 2.5, SD root 2 and root 8. C is unknown to training: its rows 20, 22 of `within`
// have the mean 21 and SD root 2; the third one, far away, is nobody's.
class TinyBatches : public testing::Test {
protected:
  static std::vector<float> values() { return {1, 3, 5, 10, 14, 12, 20, 22, 1000}; }

  std::vector<float> corrected(std::vector<float> first, UnseenBatch unseen) {
    CohortParts parts = test::small_parts({.subjects = 9, .markers = 2, .clinical = 0});
    parts.batch =
        make_grouping(std::vector<std::string>{"A", "A", "A", "B", "B", "B", "C", "C", "C"});
    std::vector<float> both = first;
    both.insert(both.end(), first.begin(), first.end());
    const Cohort cohort{with_markers(std::move(parts), 2, std::move(both))};
    const auto within = CaseWeights::ones(9).with_times({1, 1, 1, 1, 1, 1, 1, 1, 0});
    const auto train = within.with_times({1, 1, 0, 1, 1, 0, 0, 0, 0});
    Scheduler scheduler(1);
    FitContext context{scheduler};
    const CombatTraining training(cohort.data(), {.combat = {.batch = "b", .unseen = unseen}});
    const auto own = training.fit_all({&train, 1}, within, context);
    const std::vector<Index> column{0};
    return own.front()->data().features.columns(column, scheduler);
  }
};

TEST_F(TinyBatches, HeldOutRowsAreCorrectedAsFrozenByTheTrainingRows) {
  const auto found = corrected(values(), UnseenBatch::none);
  const double s = std::sqrt(2.5), in_a = s / std::sqrt(2.0), in_b = s / std::sqrt(8.0);
  const std::vector<double> expected{7.0 - in_a,
                                     7.0 + in_a,
                                     7.0 + 3.0 * in_a,
                                     7.0 - 2.0 * in_b,
                                     7.0 + 2.0 * in_b,
                                     7.0,
                                     20.0,
                                     22.0};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(found[i],
                expected[i],
                test::relative(expected[i], 1e-7, "single precision of corrected markers"))
        << i;
  }
}

TEST_F(TinyBatches, AnUnknownBatchIsMappedByThoseWhoAreWanted) {
  const auto found = corrected(values(), UnseenBatch::reference);
  const double step = std::sqrt(2.5) / std::sqrt(2.0);
  EXPECT_NEAR(found[6], 7.0 - step, 1e-6);
  EXPECT_NEAR(found[7], 7.0 + step, 1e-6);
}

TEST_F(TinyBatches, AHeldOutRowMovesItselfAlone) {
  const auto before = corrected(values(), UnseenBatch::none);
  auto changed = values();
  changed[2] = -40;
  changed[5] = 700;
  const auto after = corrected(changed, UnseenBatch::none);
  for (const std::size_t i : {0U, 1U, 3U, 4U, 6U, 7U}) {
    EXPECT_EQ(after[i], before[i]) << i;
  }
  EXPECT_NE(after[2], before[2]);
  EXPECT_NE(after[5], before[5]);
}

// L44: batches corrected once in all training rows, inner folds on top: the lambda is another one.
TEST(InnerCombat, CorrectionOutsideTheInnerFoldsChoosesAnotherLambda) {
  const Cohort cohort{batch_parts()};
  const CaseWeights train = without_every(4);
  Scheduler scheduler(2);
  FitContext context{scheduler};
  const CombatTraining training(cohort.data(), {.combat = combat()});
  const auto own = training.fit(train, context);
  const TrainingData data = own->data();
  const auto prepared = fit_preparations(data, {&train, 1}, {}, scheduler);
  const FitItem item{train, prepared.front(), RandomKey(8)};
  const penalized::PenalizedLearner net(net_options());
  const auto outside = fitted(net.fit_all({data, {&item, 1}}, context).front().record());
  const auto inside = fitted(net.fit_all({data, {&item, 1}, &training}, context).front().record());
  EXPECT_NE(outside.lambda, inside.lambda);
  EXPECT_EQ(fit_net(batch_parts(), train), inside);
}

// Neither their outcome, nor their markers, nor the batch that training has one subject of.
TEST(InnerCombat, SubjectsOutsideTrainingChangeNoModel) {
  for (const UnseenBatch unseen : {UnseenBatch::none, UnseenBatch::reference}) {
    CohortParts parts = batch_parts();
    const CaseWeights train = without_every(4);
    const Fitted before = fit_net(parts, train, unseen);
    auto& outcome = std::get<SurvivalOutcome>(*parts.outcome);
    std::vector<float> values = marker_values(parts);
    for (Index i = 0; i < subjects; i += 4) {
      outcome.time[at(i)] = 50.0 + static_cast<double>(i);
      outcome.event[at(i)] = i % 8 == 0 ? 1 : 0;
      for (Index marker = 0; marker < markers; ++marker) {
        values[at(marker * subjects + i)] = static_cast<float>(marker * i);
      }
    }
    EXPECT_EQ(fit_net(with_markers(std::move(parts), markers, std::move(values)), train, unseen),
              before);
  }
}

// 120 x 24 x 4 bytes for a copy of the markers: three inner folds in memory, one of them, none.
TEST(InnerCombat, AModelDoesNotDependOnThreadsOrMemory) {
  constexpr Index copy = subjects * markers * 4;
  const CohortParts parts = batch_parts();
  const CaseWeights train = without_every(3);
  const Fitted one = fit_net(parts, train, UnseenBatch::none, 1);
  EXPECT_EQ(fit_net(parts, train, UnseenBatch::none, 3), one);
  for (const Index bytes : {5 * copy, 3 * copy, 2 * copy, copy}) {
    EXPECT_EQ(fit_net(parts, train, UnseenBatch::none, 2, bytes), one) << bytes;
  }
}

} // namespace
} // namespace vigil
