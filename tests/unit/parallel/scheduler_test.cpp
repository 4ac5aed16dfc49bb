// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/parallel/scheduler.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using vigil::at;
using vigil::Index;
using vigil::Scheduler;

class SchedulerWith : public testing::TestWithParam<int> {};

TEST_P(SchedulerWith, RunsEveryTaskOnce) {
  Scheduler scheduler(GetParam());
  std::vector<std::atomic<int>> runs(1000);
  scheduler.for_each(1000, [&](Index task, Index worker) {
    ++runs[at(task)];
    EXPECT_GE(worker, 0);
    EXPECT_LT(worker, scheduler.workers());
  });
  for (const auto& count : runs) {
    EXPECT_EQ(count, 1);
  }
  scheduler.for_each(0, [](Index, Index) { FAIL(); });
}

TEST_P(SchedulerWith, SumsToTheSameBytes) {
  const auto term = [](Index i) { return std::sin(static_cast<double>(i)) * 1e3; };
  const auto chunk = [&](Index first, Index last) {
    double total = 0.0;
    for (Index i = first; i < last; ++i) {
      total += term(i);
    }
    return total;
  };
  Scheduler one(1);
  Scheduler many(GetParam());
  EXPECT_EQ(one.sum(100001, chunk), many.sum(100001, chunk));
  EXPECT_EQ(many.sum(0, chunk), 0.0);
}

TEST_P(SchedulerWith, ThrowsTheFailureOfTheLowestTask) {
  Scheduler scheduler(GetParam());
  for (int attempt = 0; attempt < 20; ++attempt) {
    try {
      scheduler.for_each(200, [](Index task, Index) {
        if (task % 50 == 37) {
          throw std::runtime_error(std::to_string(task));
        }
      });
      FAIL();
    } catch (const std::runtime_error& failure) {
      EXPECT_STREQ(failure.what(), "37");
    }
  }
}

TEST_P(SchedulerWith, RunsNestedLoopsInlineInOrder) {
  Scheduler scheduler(GetParam());
  std::vector<std::vector<Index>> order(8);
  scheduler.for_each(8, [&](Index task, Index worker) {
    scheduler.for_each(5, [&](Index inner, Index inner_worker) {
      EXPECT_EQ(worker, inner_worker);
      order[at(task)].push_back(inner);
    });
  });
  for (const auto& inner : order) {
    EXPECT_EQ(inner, (std::vector<Index>{0, 1, 2, 3, 4}));
  }
}

TEST_P(SchedulerWith, StopsWhenAsked) {
  Scheduler scheduler(GetParam());
  std::stop_source source;
  scheduler.set_stop_token(source.get_token());
  std::atomic<int> ran{0};
  EXPECT_THROW(scheduler.for_each(100000,
                                  [&](Index, Index) {
                                    ++ran;
                                    source.request_stop();
                                  }),
               vigil::Stopped);
  EXPECT_LT(ran, 100000);
}

TEST_P(SchedulerWith, RunsAReaderBesideTheWork) {
  Scheduler scheduler(GetParam());
  std::atomic<int> handed{0};
  Index seen = 0;
  scheduler.run_beside([&] { handed = 41; },
                       [&] {
                         while (handed == 0) {
                         }
                         seen = handed + 1;
                       });
  EXPECT_EQ(seen, 42);
  EXPECT_THROW(scheduler.run_beside([] { throw std::runtime_error("reader"); }, [] {}),
               std::runtime_error);
}

INSTANTIATE_TEST_SUITE_P(Threads, SchedulerWith, testing::Values(1, 2, 7));

} // namespace
