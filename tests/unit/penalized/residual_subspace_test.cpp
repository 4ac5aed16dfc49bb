// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
#include "vigil/penalized/marker_bounds.hpp"
#include "vigil/penalized/sweep.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace vigil::penalized {
namespace {

// Columns as a path sees them: stored as floats for all subjects, prepared under the weights of one resample.
class Columns {
public:
  Columns(std::vector<double> weight, std::vector<std::vector<float>> columns)
      : weight_(std::move(weight)), columns_(std::move(columns)) {
    double total = 0.0;
    for (Index subject = 0; subject < size_of(weight_); ++subject) {
      if (weight_[at(subject)] > 0.0) {
        subject_.push_back(subject);
        row_weight_.push_back(weight_[at(subject)]);
        total += weight_[at(subject)];
      }
    }
    for (const auto& column : columns_) {
      long double sum = 0.0L, squares = 0.0L;
      for (const Index subject : subject_) {
        sum += static_cast<long double>(weight_[at(subject)]) * stored(column, subject);
      }
      const long double centre = sum / static_cast<long double>(total);
      for (const Index subject : subject_) {
        const long double distance = stored(column, subject) - centre;
        squares += static_cast<long double>(weight_[at(subject)]) * distance * distance;
      }
      const auto spread = static_cast<double>(std::sqrt(squares / static_cast<long double>(total)));
      rules_.push_back({.scale = spread, .centre = static_cast<double>(centre), .spread = spread});
      norms_.norm.push_back(static_cast<float>(1.00001 * std::sqrt(total)));
      norms_.uncentred.push_back(static_cast<float>(
          1.00001 * std::sqrt(total) / spread * std::hypot(spread, static_cast<double>(centre))));
    }
  }

  [[nodiscard]] Index rows() const { return size_of(subject_); }
  [[nodiscard]] Index markers() const { return size_of(columns_); }
  [[nodiscard]] const std::vector<double>& weight() const { return weight_; }
  [[nodiscard]] const std::vector<Index>& subjects() const { return subject_; }
  [[nodiscard]] const std::vector<double>& row_weight() const { return row_weight_; }
  [[nodiscard]] const MarkerNorms& norms() const { return norms_; }

  // What a sweep answers: float products of stored columns, centred and scaled in double.
  void sweep_last(ResidualSubspace& subspace) const {
    std::vector<float> direction(weight_.size(), 0.0F);
    double direction_sum = 0.0;
    for (Index row = 0; row < rows(); ++row) {
      direction[at(subject_[at(row)])] = subspace.last_direction()[at(row)];
      direction_sum += static_cast<double>(subspace.last_direction()[at(row)]);
    }
    for (Index marker = 0; marker < markers(); ++marker) {
      double product = 0.0;
      double* out = &product;
      const float *column = columns_[at(marker)].data(), *from = direction.data();
      sweep({.columns = &column,
             .length = size_of(weight_),
             .count = 1,
             .directions = &from,
             .number = 1,
             .out = &out});
      const auto& rule = rules_[at(marker)];
      subspace.last_products()[at(marker)] =
          static_cast<float>((product - rule.centre * direction_sum) / rule.scale);
    }
  }

  // z'r by the definition.
  [[nodiscard]] double product(Index marker, const std::vector<double>& residual) const {
    const auto& rule = rules_[at(marker)];
    long double sum = 0.0L;
    for (Index row = 0; row < rows(); ++row) {
      sum += (stored(columns_[at(marker)], subject_[at(row)]) -
              static_cast<long double>(rule.centre)) *
             static_cast<long double>(residual[at(row)]);
    }
    return static_cast<double>(sum / static_cast<long double>(rule.scale));
  }

private:
  static long double stored(const std::vector<float>& column, Index subject) {
    return static_cast<long double>(column[at(subject)]);
  }

  std::vector<double> weight_;
  std::vector<std::vector<float>> columns_;
  std::vector<Index> subject_;
  std::vector<double> row_weight_;
  std::vector<Preparation::Column> rules_;
  MarkerNorms norms_;
};

// What a path asks: the markers whose bound is over limit times their factor.
struct Bound {
  std::vector<float> combined;
  double slack = 0.0;
  ResidualSubspace::Split split;

  Bound(const ResidualSubspace& subspace, ResidualSubspace::Split of, Index markers)
      : slack(subspace.slack(of)), split(std::move(of)), subspace_(subspace),
        bounds_(markers, false) {
    const std::vector<float> one(at(markers), 1.0F);
    const MarkerNorms norms{.norm = one, .uncentred = one};
    const auto all = bounds_.combine_all(
        {.subspace = subspace, .split = split, .norms = norms, .factor = one, .skip = {}});
    combined.assign(all.begin(), all.end());
  }
  [[nodiscard]] std::vector<Index>
  over(double limit, const MarkerNorms& norms, const std::vector<float>& factor) {
    const std::vector<std::uint8_t> skip(factor.size(), 0);
    return bounds_.undecided({.subspace = subspace_,
                              .split = split,
                              .norms = norms,
                              .limit = limit,
                              .factor = factor,
                              .skip = skip});
  }

private:
  const ResidualSubspace& subspace_;
  MarkerBounds bounds_;
};

struct Kind {
  std::string name;
  std::function<double(RandomStream&, Index subject)> value;
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all{
      {"normal", [](RandomStream& draw, Index) { return draw.normal(); }},
      {"heavy_tailed", [](RandomStream& draw, Index) { return draw.normal() / draw.normal(); }},
      {"log_normal", [](RandomStream& draw, Index) { return std::exp(4.0 * draw.normal()); }},
      {"rare",
       [](RandomStream& draw, Index subject) {
         return subject == 3 || draw.uniform() < 0.01 ? 1.0 : 0.0;
       }},
      {"uncentred", [](RandomStream& draw, Index) { return 1000.0 + draw.normal(); }},
      {"tiny", [](RandomStream& draw, Index) { return 1e-6 * draw.normal(); }},
      {"huge", [](RandomStream& draw, Index) { return 1e6 * draw.normal(); }},
      // a rounding step of its values is 6e-8: the SD of the resample is hardly more
      {"nearly_constant_in_the_resample",
       [](RandomStream& draw, Index subject) {
         return subject % 3 == 0 ? 50.0 * draw.normal() : 1.0 + 1e-7 * draw.normal();
       }},
  };
  return all;
}

struct Weighting {
  std::string name;
  std::function<double(RandomStream&, Index subject)> weight;
};

const std::vector<Weighting>& weightings() {
  static const std::vector<Weighting> all{
      {"ones", [](RandomStream&, Index) { return 1.0; }},
      {"without_every_third",
       [](RandomStream&, Index subject) { return subject % 3 == 0 ? 0.0 : 1.0; }},
      {"six_orders",
       [](RandomStream& draw, Index subject) {
         return subject % 3 == 0 ? 0.0 : std::pow(10.0, 6.0 * draw.uniform() - 3.0);
       }},
  };
  return all;
}

Columns drawn_columns(const Kind& kind, const Weighting& weighting, Index subjects, Index markers) {
  RandomStream draw(RandomKey(41).child(kind.name).child(weighting.name).child(subjects));
  std::vector<double> weight;
  for (Index subject = 0; subject < subjects; ++subject) {
    weight.push_back(weighting.weight(draw, subject));
  }
  std::vector<std::vector<float>> columns(at(markers));
  for (auto& column : columns) {
    for (Index subject = 0; subject < subjects; ++subject) {
      column.push_back(static_cast<float>(kind.value(draw, subject)));
    }
    column[4] += 1e-3F; // never constant
  }
  return {std::move(weight), std::move(columns)};
}

std::vector<double> drawn_residual(RandomStream& draw, const std::vector<double>& weight) {
  std::vector<double> residual;
  for (const double value : weight) { // an event less what was expected
    residual.push_back(value * ((draw.uniform() < 0.4 ? 1.0 : 0.0) - 0.4 * draw.exponential()));
  }
  return residual;
}

// Every column whose product is over its threshold must be listed: with thresholds just under the products, all of them.
void expect_all_listed(const Columns& columns,
                       const ResidualSubspace& subspace,
                       const std::vector<double>& residual) {
  const auto split = subspace.split(residual);
  Bound bound(subspace, split, columns.markers());
  std::vector<float> factor;
  for (Index marker = 0; marker < columns.markers(); ++marker) {
    const double truth = std::fabs(columns.product(marker, residual));
    factor.push_back(static_cast<float>(0.999999 * truth));
    const double most =
        std::fabs(static_cast<double>(bound.combined[at(marker)])) +
        static_cast<double>(columns.norms().norm[at(marker)]) * bound.split.rest_norm +
        static_cast<double>(columns.norms().uncentred[at(marker)]) * bound.slack;
    EXPECT_LE(truth, most) << "column " << marker << ", " << subspace.directions() << " directions";
  }
  EXPECT_EQ(size_of(bound.over(1.0, columns.norms(), factor)), columns.markers());
}

class EveryKind : public testing::TestWithParam<std::size_t> {};

// Residuals that move along a path, others that have nothing to do with it, and the ones for which the inequality of
// Cauchy and Schwarz is an equation, while the subspace fills up and forgets.
TEST_P(EveryKind, TheBoundHolds) {
  const Kind& kind = kinds()[GetParam()];
  for (const Weighting& weighting : weightings()) {
    for (const Index subjects : {Index{30}, Index{400}, Index{2500}}) {
      SCOPED_TRACE(weighting.name + ", " + std::to_string(subjects) + " subjects");
      const Columns columns = drawn_columns(kind, weighting, subjects, subjects == 2500 ? 8 : 30);
      RandomStream draw(RandomKey(42).child(subjects));
      ResidualSubspace subspace(columns.row_weight(), columns.markers(), 6);
      std::vector<double> residual = drawn_residual(draw, columns.row_weight());
      for (int iterate = 0; iterate < 25; ++iterate) {
        const auto other = drawn_residual(draw, columns.row_weight());
        const double share = iterate % 5 == 4 ? 0.9 : 1e-2;
        for (std::size_t row = 0; row < residual.size(); ++row) {
          residual[row] = (1.0 - share) * residual[row] + share * other[row];
        }
        expect_all_listed(columns, subspace, residual);
        auto split = subspace.split(residual);
        if (iterate % 2 == 0 && split.rest_norm > 0.0) {
          if (subspace.full()) {
            subspace.drop_oldest();
            split = subspace.split(residual);
          }
          subspace.add(split.rest, split.rest_norm);
          columns.sweep_last(subspace);
          expect_all_listed(columns, subspace, residual);
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Columns,
                         EveryKind,
                         testing::Range(std::size_t{0}, kinds().size()),
                         [](const auto& number) { return kinds()[number.param].name; });

TEST(ResidualSubspace, TheSplitIsExactToDoubleRounding) {
  const Columns columns = drawn_columns(kinds()[0], weightings()[2], 200, 3);
  RandomStream draw(RandomKey(43));
  ResidualSubspace subspace(columns.row_weight(), 3, 12);
  std::vector<std::vector<float>> directions;
  for (int number = 0; number < 12; ++number) {
    const auto residual = drawn_residual(draw, columns.row_weight());
    const auto split = subspace.split(residual);
    for (std::size_t row = 0; row < residual.size(); ++row) {
      long double sum = static_cast<long double>(split.rest[row]);
      double size = std::fabs(split.rest[row]);
      for (std::size_t k = 0; k < directions.size(); ++k) {
        sum +=
            static_cast<long double>(split.part[k]) * static_cast<long double>(directions[k][row]);
        size +=
            std::fabs(static_cast<double>(split.part[k]) * static_cast<double>(directions[k][row]));
      }
      // three passes over K directions, a rounding of the running value each
      const double roundings = 3.0 * static_cast<double>(directions.size()) + 4.0;
      EXPECT_NEAR(static_cast<double>(sum), residual[row], roundings * 0x1p-52 * size);
    }
    // the rest is orthogonal to what was swept, up to the floats of the directions
    for (const auto& direction : directions) {
      double product = 0.0;
      for (std::size_t row = 0; row < residual.size(); ++row) {
        product +=
            static_cast<double>(direction[row]) * split.rest[row] / columns.row_weight()[row];
      }
      EXPECT_LE(std::fabs(product), 1e-6 * subspace.norm(residual));
    }
    subspace.add(split.rest, split.rest_norm);
    directions.emplace_back(subspace.last_direction().begin(), subspace.last_direction().end());
    columns.sweep_last(subspace);
  }
  EXPECT_TRUE(subspace.full());
}

// The column points along what is new in a later residual: the swept directions know nothing of it (its combined score
// is nothing but rounding), and its product is over the threshold by two parts in a million.
TEST(ResidualSubspace, FindsAPlantedViolation) {
  for (const Weighting& weighting : weightings()) {
    const Columns columns = drawn_columns(kinds()[0], weighting, 300, 1);
    RandomStream draw(RandomKey(44));
    const Index rows = columns.rows();
    const auto first = drawn_residual(draw, columns.row_weight());
    auto later = drawn_residual(draw, columns.row_weight());
    const auto centre = [&](std::vector<double> values) { // residuals sum to zero
      double sum = 0.0, total = 0.0;
      for (std::size_t row = 0; row < values.size(); ++row) {
        sum += values[row];
        total += columns.row_weight()[row];
      }
      for (std::size_t row = 0; row < values.size(); ++row) {
        values[row] -= sum / total * columns.row_weight()[row];
      }
      return values;
    };
    const auto swept = centre(first);
    ResidualSubspace probe(columns.row_weight(), 1, 4);
    probe.add(swept, probe.norm(swept));
    const auto rest = probe.split(centre(later)).rest;
    later = swept; // a small step
    std::vector<float> planted(300, 9.0F);
    for (Index row = 0; row < rows; ++row) {
      later[at(row)] += 0.05 * rest[at(row)];
      planted[at(columns.subjects()[at(row)])] =
          static_cast<float>(rest[at(row)] / columns.row_weight()[at(row)]);
    }
    const Columns all(columns.weight(), {planted});
    ResidualSubspace subspace(all.row_weight(), 1, 4);
    subspace.add(swept, subspace.norm(swept));
    all.sweep_last(subspace);
    const auto split = subspace.split(later);
    Bound bound(subspace, split, 1);
    const double truth = std::fabs(all.product(0, later));
    const double limit = truth / 1.000002;
    EXPECT_LT(std::fabs(static_cast<double>(bound.combined[0])), 1e-3 * limit) << weighting.name;
    EXPECT_EQ(bound.over(limit, all.norms(), {1.0F}), std::vector<Index>{0}) << weighting.name;
    bound.split.rest_norm *= 0.99; // there is nothing to spare
    EXPECT_TRUE(bound.over(limit, all.norms(), {1.0F}).empty()) << weighting.name;
  }
}

// All rows of the resample fall into one lane of the float sum, and every addition there rounds down by half a unit: a
// count of roundings by rows / lanes would be passed.
TEST(ResidualSubspace, TheSlackCoversRowsThatShareALane) {
  std::vector<double> weight(1024, 0.0);
  std::vector<float> column(1024, 0.0F);
  const auto direction = static_cast<float>(1.0 / 8.0); // 64 rows: norm 1
  float sum = 0.0F;
  double exact = 0.0;
  for (std::size_t i = 0; i < 1024; i += 16) {
    weight[i] = 1.0;
    float best = 1.0F;
    double most = -1.0;
    for (int step = 0; step < 256; ++step) {
      const float value = 1.0F + static_cast<float>(step) * 0x1p-23F;
      const float after = std::fma(value, direction, sum);
      const double lost = static_cast<double>(sum) +
                          static_cast<double>(value) * static_cast<double>(direction) -
                          static_cast<double>(after);
      if (lost > most) {
        most = lost;
        best = value;
      }
    }
    column[i] = best;
    sum = std::fma(best, direction, sum);
    exact += static_cast<double>(best) * static_cast<double>(direction);
  }
  ResidualSubspace subspace(std::vector<double>(64, 1.0), 1, 2);
  const std::vector<double> residual(64, 0.125);
  subspace.add(residual, 1.0);
  double product = 0.0;
  double* out = &product;
  std::vector<float> by_subject(1024, 0.0F);
  for (std::size_t i = 0; i < 1024; i += 16) {
    by_subject[i] = direction;
  }
  const float *values = column.data(), *from = by_subject.data();
  sweep({.columns = &values,
         .length = 1024,
         .count = 1,
         .directions = &from,
         .number = 1,
         .out = &out});
  ASSERT_EQ(product, static_cast<double>(sum));
  EXPECT_GT(exact - product, 17.0 * 0x1p-24 * exact); // more than 64 / 16 + 13 roundings
  subspace.last_products()[0] = static_cast<float>(product);
  const auto split = subspace.split(residual);
  Bound bound(subspace, split, 1);
  double squares = 0.0;
  for (const float value : column) {
    squares += static_cast<double>(value) * static_cast<double>(value);
  }
  EXPECT_LE(exact,
            static_cast<double>(bound.combined[0]) +
                std::sqrt(squares) * (bound.split.rest_norm + bound.slack));
}

// A proof by the bound is worth something: a small step leaves most columns decided.
TEST(ResidualSubspace, DecidesMostColumnsAfterASmallStep) {
  const Columns columns = drawn_columns(kinds()[0], weightings()[0], 400, 1000);
  RandomStream draw(RandomKey(45));
  ResidualSubspace subspace(columns.row_weight(), 1000, 4);
  auto residual = drawn_residual(draw, columns.row_weight());
  subspace.add(residual, subspace.norm(residual));
  columns.sweep_last(subspace);
  for (double& value : residual) {
    value += 0.02 * draw.normal();
  }
  Bound bound(subspace, subspace.split(residual), 1000);
  double limit = 0.0;
  for (const float value : bound.combined) {
    limit = std::max(limit, std::fabs(static_cast<double>(value)));
  }
  std::vector<float> factor(1000, 1.0F);
  factor[5] = 1e30F; // how a path says that a column is not kept
  const auto open = bound.over(limit, columns.norms(), factor);
  EXPECT_EQ(std::count(open.begin(), open.end(), 5), 0);
  EXPECT_GE(size_of(open), 1);
  EXPECT_LT(size_of(open), 300);
  EXPECT_TRUE(std::is_sorted(open.begin(), open.end()));
}

// A product that is no number decides nothing, even where no other column is near its threshold.
TEST(Undecided, ListsWhatIsNotANumber) {
  for (const Index spoiled : {Index{3}, Index{511}, Index{512}, Index{599}}) {
    for (const float value : {std::nanf(""), HUGE_VALF}) {
      ResidualSubspace subspace(std::vector<double>{1.0, 1.0}, 600, 2);
      subspace.add(std::vector<double>{1.0, 0.0}, 1.0);
      std::fill(subspace.last_products().begin(), subspace.last_products().end(), 0.5F);
      subspace.last_products()[at(spoiled)] = value;
      Bound bound(subspace, subspace.split(std::vector<double>{1.0, 0.1}), 600);
      const MarkerNorms norms{.norm = std::vector<float>(600, 1.0F),
                              .uncentred = std::vector<float>(600, 1.0F)};
      EXPECT_EQ(bound.over(10.0, norms, std::vector<float>(600, 1.0F)),
                std::vector<Index>{spoiled});
    }
  }
}

TEST(ResidualSubspace, ForgetsTheOldestDirectionFirst) {
  const Columns columns = drawn_columns(kinds()[0], weightings()[0], 50, 10);
  RandomStream draw(RandomKey(46));
  ResidualSubspace subspace(columns.row_weight(), 10, 2);
  const auto first = drawn_residual(draw, columns.row_weight());
  subspace.add(first, subspace.norm(first));
  columns.sweep_last(subspace);
  const auto rest = subspace.split(drawn_residual(draw, columns.row_weight())).rest;
  subspace.add(rest, subspace.norm(rest));
  columns.sweep_last(subspace);
  EXPECT_TRUE(subspace.full());
  EXPECT_LT(subspace.split(first).rest_norm, 1e-6 * subspace.norm(first));
  subspace.drop_oldest();
  EXPECT_EQ(subspace.directions(), 1);
  EXPECT_GT(subspace.split(first).rest_norm, 0.99 * subspace.norm(first));
  EXPECT_LT(subspace.split(rest).rest_norm, 1e-6 * subspace.norm(rest));
  expect_all_listed(columns, subspace, first);
  expect_all_listed(columns, subspace, rest);
  Bound bound(subspace, subspace.split(rest), 10); // the products stayed with their direction
  for (Index marker = 0; marker < 10; ++marker) {
    const double truth = columns.product(marker, rest);
    EXPECT_NEAR(
        static_cast<double>(bound.combined[at(marker)]), truth, 1e-5 * subspace.norm(rest) * 10.0);
  }
}

} // namespace
} // namespace vigil::penalized
