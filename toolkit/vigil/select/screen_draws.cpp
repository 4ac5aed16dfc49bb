// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/screen_draws.hpp"

#include "vigil/numeric/tail.hpp"
#include "vigil/penalized/sweep.hpp"
#include "vigil/select/score_multipliers.hpp"
#include "vigil/select/step_down.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

namespace vigil::select {

namespace {

constexpr Index lanes = EightLanes::count;
constexpr Index float_bytes = static_cast<Index>(sizeof(float));

/// The first test whose draws are certain to reach it, more or less: where windows end if they can.
Index likely_end(const RankedTests& tests) {
  constexpr double sure = 10.0; // expected number of null tests beyond it
  constexpr Index spare = 4096;
  const auto number = static_cast<double>(size_of(tests.size));
  const auto end = std::partition_point(tests.size.begin(), tests.size.end(), [&](double size) {
    return two_sided_normal_p(size) * number < sure;
  });
  return end - tests.size.begin() + spare;
}

class Draws {
public:
  Draws(const ScreenColumns& columns,
        const survival::EfficientScore& score,
        const RankedTests& tests,
        const DrawOptions& options,
        FitContext& context)
      : columns_(columns), score_(score), tests_(tests), options_(options), context_(context),
        rows_(score.rows()), steps_(tests.size, options.draws),
        workers_(at(context.scheduler.workers())) {
    const Index quarter = context.memory_bytes / 4;
    batch_ =
        std::clamp<Index>(quarter / (float_bytes * std::max<Index>(1, rows_)), 1, options.draws);
    most_ = std::max<Index>(1, quarter / (float_bytes * batch_));
    const auto tested = columns.tested();
    rank_.assign(tested.empty() ? 0 : at(tested.back() + 1), no_index);
    for (Index rank = 0; rank < size_of(tests.column); ++rank) {
      rank_[at(tests.column[at(rank)])] = rank;
    }
    panel_ = std::clamp<Index>(near_floats / std::max<Index>(1, rows_) / lanes, 1, 8) * lanes;
  }

  MaxTest run(const RandomKey& key) {
    MaxTest result;
    const Index tests = size_of(tests_.size), likely = likely_end(tests_);
    if (!options_.permute) {
      multipliers_.emplace(score_, options_.label, options_.weight);
      deviation_ = multipliers_->deviation(most_exact, key.child("probe"), context_.scheduler);
    }
    while (!steps_.done()) {
      const Index first = steps_.first();
      end_ = std::min({tests, first + most_, std::max(likely, 2 * first)});
      for (Index draw = 0; draw < options_.draws; draw += batch_) {
        const Index count = std::min(batch_, options_.draws - draw);
        pass(key, draw, count);
        ++result.reads;
        for (Worker& worker : workers_) {
          for (Index place = 0; place < count; ++place) {
            float& below = workers_.front().below[at(place)];
            below = std::max(below, worker.below[at(place)]);
          }
        }
        steps_.add_draws(drawn_, workers_.front().below);
      }
      steps_.next_window();
    }
    result.adjusted = steps_.adjusted();
    return result;
  }

private:
  static constexpr Index most_exact = 512; ///< labels, for c
  static constexpr Index near_floats =
      1 << 15; // columns, and directions, that stay in the cache together

  /// What one worker holds: columns that wait for a sweep, by rank, and the maxima of tests below the window.
  struct Worker {
    std::vector<float> columns = {};
    std::vector<Index> ranks = {};
    std::vector<double> products = {};
    std::vector<EightLanes> permuted = {};
    std::vector<float> below = {};
  };

  void pass(const RandomKey& key, Index first_draw, Index count) {
    drawn_.assign(at((end_ - steps_.first()) * count), 0.0F);
    for (Worker& worker : workers_) {
      worker.below.assign(at(count), 0.0F);
    }
    draws_ = count;
    if (options_.permute) {
      permute_rows(key, first_draw);
    } else {
      draw_directions(key, first_draw);
    }
    columns_.visit(
        context_.scheduler,
        [&](const ColumnGroup& group, Index worker) {
          options_.permute ? test_permuted(group, workers_[at(worker)])
                           : add_to_panel(group, workers_[at(worker)]);
        },
        [&](Index worker) { sweep_panel(workers_[at(worker)]); });
  }

  void draw_directions(const RandomKey& key, Index first_draw) {
    directions_.resize(at(draws_ * rows_));
    context_.scheduler.for_each(draws_, [&](Index place, Index) {
      const auto direction =
          multipliers_->normal_direction(key.child("draw").child(first_draw + place));
      std::transform(direction.begin(),
                     direction.end(),
                     directions_.begin() + place * rows_,
                     [this](double value) { return static_cast<float>(deviation_ * value); });
    });
  }

  void permute_rows(const RandomKey& key, Index first_draw) {
    row_of_.resize(at(draws_ * rows_));
    context_.scheduler.for_each(draws_, [&](Index place, Index) {
      const auto from = permuted_rows(options_.label, key.child("draw").child(first_draw + place));
      std::transform(from.begin(), from.end(), row_of_.begin() + place * rows_, [](Index row) {
        return static_cast<std::int32_t>(row);
      });
    });
  }

  /// Its rank, no_index where its draws are of no use.
  [[nodiscard]] Index rank_of(Index column) const {
    const Index rank = rank_[at(column)];
    return rank < steps_.first() ? no_index : rank;
  }

  void record(Index rank, Index draw, double value, Worker& worker) {
    const auto size = static_cast<float>(std::fabs(value));
    if (rank < end_) {
      drawn_[at((rank - steps_.first()) * draws_ + draw)] = size;
    } else {
      worker.below[at(draw)] = std::max(worker.below[at(draw)], size);
    }
  }

  void add_to_panel(const ColumnGroup& group, Worker& worker) {
    worker.columns.resize(at(panel_ * rows_));
    for (Index lane = 0; lane < group.count; ++lane) {
      const Index rank = rank_of(group.column[at(lane)]);
      if (rank == no_index) {
        continue;
      }
      const double scale = tests_.scale[at(rank)];
      float* to = worker.columns.data() + size_of(worker.ranks) * rows_;
      for (const EightLanes& value : group.values) {
        *to++ = static_cast<float>(scale * value[lane]);
      }
      worker.ranks.push_back(rank);
      if (size_of(worker.ranks) == panel_) {
        sweep_panel(worker);
      }
    }
  }

  void sweep_panel(Worker& worker) {
    const Index count = size_of(worker.ranks);
    if (count == 0) {
      return;
    }
    const Index together = std::min(draws_, std::max<Index>(6, near_floats / rows_ / 6 * 6));
    worker.products.resize(at(together * panel_));
    std::vector<const float*> columns, directions(at(together));
    std::vector<double*> out(at(together));
    for (Index column = 0; column < count; ++column) {
      columns.push_back(worker.columns.data() + column * rows_);
    }
    for (Index first = 0; first < draws_; first += together) {
      const Index number = std::min(together, draws_ - first);
      for (Index place = 0; place < number; ++place) {
        directions[at(place)] = directions_.data() + (first + place) * rows_;
        out[at(place)] = worker.products.data() + place * count;
      }
      penalized::sweep({.columns = columns.data(),
                        .length = rows_,
                        .count = count,
                        .directions = directions.data(),
                        .number = number,
                        .out = out.data()});
      for (Index place = 0; place < number; ++place) {
        for (Index column = 0; column < count; ++column) {
          record(worker.ranks[at(column)], first + place, out[at(place)][column], worker);
        }
      }
    }
    worker.ranks.clear();
  }

  void test_permuted(const ColumnGroup& group, Worker& worker) {
    worker.permuted.resize(at(rows_));
    std::array<survival::ScoreTest, at(lanes)> tests;
    for (Index draw = 0; draw < draws_; ++draw) {
      const std::int32_t* from = row_of_.data() + draw * rows_;
      for (Index row = 0; row < rows_; ++row) {
        worker.permuted[at(row)] = group.values[at(from[row])];
      }
      score_.test(worker.permuted, tests);
      for (Index lane = 0; lane < group.count; ++lane) {
        const Index rank = rank_of(group.column[at(lane)]);
        const double z = tests[at(lane)].z();
        if (rank != no_index && z == z) { // a permutation without information is not extreme
          record(rank, draw, z, worker);
        }
      }
    }
  }

  const ScreenColumns& columns_;
  const survival::EfficientScore& score_;
  const RankedTests& tests_;
  const DrawOptions& options_;
  FitContext& context_;
  Index rows_, batch_ = 1, most_ = 1, panel_ = lanes, draws_ = 0;
  Index end_ = 0; ///< of the window
  std::optional<ScoreMultipliers> multipliers_;
  double deviation_ = 1.0; ///< c
  StepDown steps_;
  std::vector<Index> rank_;       ///< by column
  std::vector<float> directions_; ///< of the batch, one after another
  std::vector<std::int32_t> row_of_;
  std::vector<float> drawn_; ///< of the window, test after test
  std::vector<Worker> workers_;
};

} // namespace

MaxTest max_test(const ScreenColumns& columns,
                 const survival::EfficientScore& score,
                 const RankedTests& tests,
                 const DrawOptions& options,
                 const RandomKey& key,
                 FitContext& context) {
  VIGIL_EXPECTS(size_of(options.label) == score.rows() && options.draws >= 1);
  VIGIL_EXPECTS(options.permute || size_of(options.weight) == score.rows());
  return Draws(columns, score, tests, options, context).run(key);
}

} // namespace vigil::select
