// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/fit_paths.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include "tests/support/path_bytes.hpp"
#include "tests/support/survival_case.hpp"
#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace vigil::penalized {
namespace {

struct Setting {
  std::string name;
  Index subjects, markers, clinical;
  double l1_ratio;
  survival::Ties ties;
  bool entry, strata, weights, ties_in_time, standardize;
  bool prepared_elsewhere =
      false; ///< on equal weights, and columns are large where the fit's own are
};

std::ostream& operator<<(std::ostream& out, const Setting& setting) {
  return out << setting.name;
}

// A case of the setting, and the weights that go with it (some 0, some 2 times, some real).
struct Drawn {
  test::SurvivalCase made;
  CaseWeights weights;

  explicit Drawn(const Setting& setting)
      : made(
            RandomKey(11).child(setting.name), setting.subjects, setting.markers, setting.clinical),
        weights(CaseWeights::ones(setting.subjects)) {
    RandomStream draw(RandomKey(12).child(setting.name));
    std::vector<std::uint32_t> times(at(setting.subjects), 1);
    std::vector<double> sampling(at(setting.subjects), 1.0);
    for (Index i = 0; i < setting.subjects; ++i) {
      if (setting.ties_in_time) {
        made.survival.time[at(i)] = std::ceil(made.survival.time[at(i)] * 8.0) / 8.0;
      }
      if (setting.entry) {
        made.survival.entry.push_back(made.survival.time[at(i)] * 0.6 * draw.uniform());
      }
      if (setting.strata) {
        made.stratum.push_back(draw.index_below(3));
        made.offset.push_back(0.2 * draw.normal());
      }
      if (setting.weights) {
        times[at(i)] = static_cast<std::uint32_t>(draw.index_below(3));
        sampling[at(i)] = 0.5 + draw.uniform();
      }
    }
    for (Index i = 0; setting.prepared_elsewhere && i < setting.subjects; i += 6) {
      times[at(i)] = 12;
      for (Index column = i % 7; column < setting.markers; column += 7) {
        made.marker_values[at(column * setting.subjects + i)] *= 20.0F;
      }
    }
    weights = weights.with_times(times).with_sampling(sampling);
    for (Index i = 0; i < setting.markers; i += 5) {
      made.marker_values[at(i * setting.subjects + 3)] = std::nanf("");
    }
  }
};

// The KKT violation by the definition: dense, in double, every risk set by a loop over all rows.
class PlainCheck {
public:
  PlainCheck(Drawn& drawn,
             const TrainingData& data,
             const Preparation& preparation,
             const Setting& setting)
      : drawn_(drawn), setting_(setting), count_(data.subjects()) {
    for (Index column = 0; column < data.columns(); ++column) {
      for (Index i = 0; i < count_; ++i) {
        const double raw =
            column < setting.markers
                ? static_cast<double>(drawn.made.marker_values[at(column * count_ + i)])
                : drawn.made.clinical[at(column - setting.markers)][at(i)];
        x_.push_back(preparation.apply(column, raw));
      }
    }
  }

  [[nodiscard]] std::vector<double> gradient(const std::vector<double>& b) const {
    std::vector<double> eta(at(count_), 0.0), residual(at(count_), 0.0);
    for (Index i = 0; i < count_; ++i) {
      eta[at(i)] = drawn_.made.offset.empty() ? 0.0 : drawn_.made.offset[at(i)];
      for (std::size_t j = 0; j < b.size(); ++j) {
        eta[at(i)] += b[j] * x_[j * at(count_) + at(i)];
      }
    }
    for (Index i = 0; i < count_; ++i) {
      if (drawn_.made.survival.event[at(i)] == 1 && drawn_.weights[i] > 0.0) {
        add_event(i, eta, residual);
      }
    }
    std::vector<double> result;
    for (std::size_t j = 0; j < b.size(); ++j) {
      double sum = 0.0;
      for (Index i = 0; i < count_; ++i) {
        sum += residual[at(i)] * x_[j * at(count_) + at(i)];
      }
      result.push_back(sum / drawn_.weights.total());
    }
    return result;
  }

private:
  [[nodiscard]] Index stratum(Index i) const {
    return drawn_.made.stratum.empty() ? 0 : drawn_.made.stratum[at(i)];
  }
  // One event and its own term: under Efron, the average over the denominators of its tie.
  void add_event(Index i, const std::vector<double>& eta, std::vector<double>& residual) const {
    const SurvivalOutcome& outcome = drawn_.made.survival;
    const double t = outcome.time[at(i)];
    std::vector<Index> risk_set, tied;
    double sum = 0.0, tied_sum = 0.0, copies = 0.0, tied_weight = 0.0;
    for (Index j = 0; j < count_; ++j) {
      const double entry = outcome.entry.empty() ? 0.0 : outcome.entry[at(j)];
      if (drawn_.weights[j] == 0.0 || stratum(j) != stratum(i) || entry >= t ||
          outcome.time[at(j)] < t) {
        continue;
      }
      risk_set.push_back(j);
      sum += drawn_.weights[j] * std::exp(eta[at(j)]);
      if (outcome.time[at(j)] == t && outcome.event[at(j)] == 1) {
        tied.push_back(j);
        tied_sum += drawn_.weights[j] * std::exp(eta[at(j)]);
        copies += drawn_.weights.times(j);
        tied_weight += drawn_.weights[j];
      }
    }
    const double steps = setting_.ties == survival::Ties::efron ? copies : 1.0;
    // Share of this event in the tie's terms: its weight among the tied weights.
    const double share = drawn_.weights[i] / tied_weight * (tied_weight / steps);
    residual[at(i)] += drawn_.weights[i];
    for (double l = 0.0; l < steps; l += 1.0) {
      const double denominator = sum - l / steps * tied_sum;
      for (const Index j : risk_set) {
        const bool leaves = std::find(tied.begin(), tied.end(), j) != tied.end();
        const double part = leaves ? 1.0 - l / steps : 1.0;
        residual[at(j)] -= share * part * drawn_.weights[j] * std::exp(eta[at(j)]) / denominator;
      }
    }
  }

  Drawn& drawn_;
  const Setting& setting_;
  Index count_;
  std::vector<double> x_;
};

class EveryPath : public testing::TestWithParam<Setting> {};

TEST_P(EveryPath, KktRecomputedPlainlyIsAtMostTheReportedViolation) {
  const Setting setting = GetParam();
  Drawn drawn(setting);
  const TrainingData data = drawn.made.data();
  Scheduler scheduler(2);
  FitContext context{scheduler};
  const CaseWeights prepared_on =
      setting.prepared_elsewhere ? CaseWeights::ones(setting.subjects) : drawn.weights;
  const auto preparations = fit_preparations(
      data, {&prepared_on, 1}, {.impute = "median", .standardize = setting.standardize}, scheduler);
  const PenaltyOptions penalty{.l1_ratio = setting.l1_ratio, .factor = {}, .ties = setting.ties};
  const FitItem item{drawn.weights, preparations[0], RandomKey(1)};
  const PathRequest request{
      .penalty = penalty, .grid = {.points = 30}, .prepared_on = &prepared_on};
  const auto paths = fit_paths({data, {&item, 1}}, {&request, 1}, context);
  const PathFit& path = paths[0];
  ASSERT_GT(path.points(), 5);
  const PlainCheck plain(drawn, data, preparations[0], setting);
  const auto factor = penalty_factors(penalty, data, preparations[0]);
  for (Index point = 0; point < path.points(); ++point) {
    EXPECT_LT(path.kkt_violation[at(point)], 1e-7) << "point " << point;
    std::vector<double> b(at(data.columns()), 0.0);
    const auto features = path.coefficients.features_at(point);
    const auto values = path.coefficients.values_at(point);
    for (std::size_t k = 0; k < features.size(); ++k) {
      b[at(features[k])] = values[k] * preparations[0].column(features[k]).scale;
    }
    const std::vector<double> gradient = plain.gradient(b);
    double worst = 0.0;
    for (Index column = 0; column < data.columns(); ++column) {
      if (factor[at(column)] >= 0.0) {
        worst = std::max(worst,
                         kkt_violation(gradient[at(column)],
                                       b[at(column)],
                                       {.factor = factor[at(column)]},
                                       {.lambda = path.lambda[at(point)],
                                        .l1_ratio = setting.l1_ratio,
                                        .largest_lambda = path.largest_lambda}));
      }
    }
    // Rounding of sums of about 100 terms against the smallest threshold.
    EXPECT_LT(worst, path.kkt_violation[at(point)] + 1e-10) << "point " << point;
  }
}

constexpr auto breslow = survival::Ties::breslow, efron = survival::Ties::efron;

INSTANTIATE_TEST_SUITE_P(
    Settings,
    EveryPath,
    testing::Values(
        Setting{"lasso", 60, 150, 0, 1.0, breslow, false, false, false, false, true},
        Setting{"clinical", 60, 100, 3, 1.0, breslow, false, false, false, true, true},
        Setting{"elastic_net_efron", 60, 120, 2, 0.5, efron, false, false, true, true, true},
        Setting{"entry_breslow", 70, 80, 1, 0.9, breslow, true, true, false, true, true},
        Setting{"entry_efron_weights", 70, 80, 1, 0.9, efron, true, true, true, true, true},
        Setting{"raw_scale", 60, 60, 2, 0.7, efron, false, true, true, true, false},
        Setting{"ridge", 60, 40, 2, 0.0, breslow, false, false, true, true, true},
        Setting{"more_subjects", 150, 12, 2, 1.0, efron, false, false, true, true, true},
        Setting{
            "prepared_elsewhere", 60, 600, 1, 1.0, breslow, false, false, false, true, true, true},
        // working sets that are read as floats, a fifth of the columns with a missing cell
        Setting{"floats_wide", 260, 600, 2, 0.1, breslow, false, false, false, false, true},
        Setting{"floats_efron", 260, 500, 2, 0.1, efron, false, false, false, true, true},
        Setting{"one_marker", 40, 1, 0, 1.0, efron, false, false, false, true, true}),
    [](const testing::TestParamInfo<Setting>& setting) { return setting.param.name; });

const Setting batch_setting{"batch", 60, 130, 2, 0.8, efron, false, true, false, true, true};

std::vector<std::string> batch_bytes(Index block_features, int threads, std::vector<Index> items) {
  Drawn drawn(batch_setting);
  drawn.made.block_features = block_features;
  const TrainingData data = drawn.made.data();
  Scheduler scheduler(threads);
  FitContext context{scheduler};
  std::vector<CaseWeights> weightings;
  for (Index item = 0; item < 4; ++item) {
    RandomStream draw(RandomKey(20).child(item));
    std::vector<std::uint32_t> times(60);
    for (auto& value : times) {
      value = static_cast<std::uint32_t>(item == 0 ? 1 : draw.index_below(3));
    }
    weightings.push_back(CaseWeights::ones(60).with_times(times));
  }
  const auto preparations = fit_preparations(data, weightings, {}, scheduler);
  std::vector<FitItem> batch;
  for (const Index item : items) {
    batch.push_back({weightings[at(item)], preparations[at(item)], RandomKey(1).child(item)});
  }
  std::vector<std::string> result(4);
  const auto paths = fit_paths(
      {data, batch}, {.l1_ratio = 0.8, .factor = {}, .ties = efron}, {.points = 25}, context);
  for (std::size_t place = 0; place < items.size(); ++place) {
    result[at(items[place])] = test::bytes_of(paths[place]);
  }
  return result;
}

TEST(LawOfTheBatch, BytesDependOnTheItemAlone) {
  const auto all = batch_bytes(16, 1, {0, 1, 2, 3});
  EXPECT_NE(all[0], all[1]);
  EXPECT_EQ(all, batch_bytes(16, 1, {3, 2, 1, 0}));
  EXPECT_EQ(all, batch_bytes(2000, 2, {0, 1, 2, 3}));
  EXPECT_EQ(all, batch_bytes(7, 7, {1, 3, 0, 2}));
  for (Index item = 0; item < 4; ++item) {
    EXPECT_EQ(all[at(item)], batch_bytes(16, 2, {item})[at(item)]);
  }
}

TEST(LawOfTheBatch, WavesDoNotMatter) {
  Drawn drawn(batch_setting);
  const TrainingData data = drawn.made.data();
  Scheduler scheduler(2);
  const auto preparations = fit_preparations(data, {&drawn.weights, 1}, {}, scheduler);
  const FitItem item{drawn.weights, preparations[0], RandomKey(1)};
  const std::vector<FitItem> batch(3, item);
  FitContext wide{scheduler}, narrow_context{.scheduler = scheduler, .memory_bytes = 1};
  EXPECT_EQ(wave_size(data, narrow_context), 1);
  const auto left = fit_paths({data, batch}, {}, {.points = 10}, wide);
  const auto right = fit_paths({data, batch}, {}, {.points = 10}, narrow_context);
  for (std::size_t path = 0; path < 3; ++path) {
    EXPECT_EQ(test::bytes_of(left[path]), test::bytes_of(right[path]));
  }
}

TEST(LeakTripwire, GarbageInWeightZeroLeavesEveryByteAlone) {
  const auto bytes = [](bool garbage) {
    Drawn drawn(batch_setting);
    std::vector<std::uint32_t> times(60, 1);
    for (Index i = 0; i < 60; i += 4) {
      times[at(i)] = 0;
      if (garbage) {
        drawn.made.survival.time[at(i)] = -5.0;
        drawn.made.survival.event[at(i)] = 1;
        drawn.made.clinical[0][at(i)] = 1e300;
        drawn.made.stratum[at(i)] = 2;
        drawn.made.offset[at(i)] = std::nan("");
        for (Index marker = 0; marker < 130; ++marker) {
          drawn.made.marker_values[at(marker * 60 + i)] = marker % 3 == 0   ? std::nanf("")
                                                          : marker % 3 == 1 ? INFINITY
                                                                            : -1e30F;
        }
      }
    }
    const TrainingData data = drawn.made.data();
    Scheduler scheduler(2);
    FitContext context{scheduler};
    const CaseWeights weights = CaseWeights::ones(60).with_times(times);
    const auto preparations = fit_preparations(data, {&weights, 1}, {}, scheduler);
    const FitItem item{weights, preparations[0], RandomKey(1)};
    return test::bytes_of(fit_paths({data, {&item, 1}}, {}, {.points = 20}, context)[0]);
  };
  EXPECT_EQ(bytes(false), bytes(true));
}

TEST(WeightLaw, TimesTwoIsTheRowTwice) {
  Drawn drawn(batch_setting);
  drawn.made.stratum.clear();
  drawn.made.offset.clear();
  test::SurvivalCase doubled = drawn.made;
  doubled.subjects = 120;
  doubled.marker_values.clear();
  for (Index marker = 0; marker < 130; ++marker) {
    for (Index i = 0; i < 120; ++i) {
      doubled.marker_values.push_back(drawn.made.marker_values[at(marker * 60 + i % 60)]);
    }
  }
  for (auto& column : doubled.clinical) {
    const std::vector<double> once = column;
    column.insert(column.end(), once.begin(), once.end());
  }
  const SurvivalOutcome once = doubled.survival;
  doubled.survival.time.insert(doubled.survival.time.end(), once.time.begin(), once.time.end());
  doubled.survival.event.insert(doubled.survival.event.end(), once.event.begin(), once.event.end());
  const auto path = [](test::SurvivalCase& made, const CaseWeights& weights) {
    const TrainingData data = made.data();
    Scheduler scheduler(1);
    FitContext context{scheduler};
    const auto preparations = fit_preparations(data, {&weights, 1}, {}, scheduler);
    const FitItem item{weights, preparations[0], RandomKey(1)};
    return fit_paths({data, {&item, 1}},
                     {.l1_ratio = 1.0, .factor = {}, .ties = efron},
                     {.points = 12, .smallest_fraction = 0.1},
                     context)[0];
  };
  const PathFit left =
      path(drawn.made, CaseWeights::ones(60).with_times(std::vector<std::uint32_t>(60, 2)));
  const PathFit right = path(doubled, CaseWeights::ones(120));
  ASSERT_EQ(left.coefficients.feature, right.coefficients.feature);
  for (std::size_t k = 0; k < left.coefficients.value.size(); ++k) {
    EXPECT_NEAR(left.coefficients.value[k], right.coefficients.value[k], 1e-8);
  }
}

} // namespace
} // namespace vigil::penalized
