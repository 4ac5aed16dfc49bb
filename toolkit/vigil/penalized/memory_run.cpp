// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/memory_run.hpp"

#include "vigil/penalized/sweep.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <limits>
#include <mutex>
#include <utility>
#include <vector>

namespace vigil::penalized {

SweepRound::SweepRound(std::vector<PathFitter*> sweeping) : sweeping_(std::move(sweeping)) {
  if (sweeping_.empty()) {
    return;
  }
  const Index subjects = size_of(sweeping_.front()->request().sweep);
  stride_ = (subjects + sweep_lanes - 1) / sweep_lanes * sweep_lanes;
  directions_.resize(at(stride_ * size_of(sweeping_)));
  for (Index fit = 0; fit < size_of(sweeping_); ++fit) {
    const auto sweep = sweeping_[at(fit)]->request().sweep;
    std::copy(sweep.begin(), sweep.end(), directions_.begin() + fit * stride_);
  }
}

// A few markers at a time, so that their products are taken from the processor's near memory.
void SweepRound::answer(const ColumnBlock& block) const {
  constexpr Index together = 128, ahead = 2;
  const Index number = size_of(sweeping_), most = std::min(together, block.features());
  if (number == 0 || most == 0) {
    return;
  }
  const Index subjects = size_of(block.values()) / block.features();
  std::vector<double> products(at(most * number));
  std::vector<double*> out;
  std::vector<const float*> columns, directions;
  for (Index feature = 0; feature < block.features(); ++feature) {
    columns.push_back(block.column(feature).data());
  }
  for (Index fit = 0; fit < number; ++fit) {
    out.push_back(products.data() + fit * most);
    directions.push_back(directions_.data() + fit * stride_);
  }
  for (Index first = 0; first < block.features(); first += most) {
    const Index count = std::min(most, block.features() - first);
    sweep({.columns = columns.data() + first,
           .length = subjects,
           .count = count,
           .directions = directions.data(),
           .number = number,
           .out = out.data()});
    const ColumnBlock part(block.first_feature() + first,
                           count,
                           block.values().subspan(at(first * subjects), at(count * subjects)),
                           nullptr);
    for (Index fit = 0; fit < number; ++fit) {
      if (fit + ahead < number) {
        sweeping_[at(fit + ahead)]->fetch_answer(part.first_feature(), count);
      }
      sweeping_[at(fit)]->answer_sweep(part, {out[at(fit)], at(count)});
    }
  }
}

namespace {

constexpr Index floats_per_nanosecond = 8; // that one core reads

class MemoryRun {
public:
  MemoryRun(std::span<const std::unique_ptr<PathFitter>> fitters,
            std::span<const Index> until,
            const MarkerColumns& columns,
            const FeatureSource& source,
            Scheduler& scheduler)
      : fitters_(fitters), until_(until), columns_(columns), source_(source), scheduler_(scheduler),
        patience_(size_of(source.in_memory()) / floats_per_nanosecond) {
    for (Index number = 0; number < size_of(fitters); ++number) {
      runnable_.push_back(number);
    }
  }

  Index run() {
    scheduler_.for_each(scheduler_.workers(), [&](Index, Index) { work(); });
    if (failure_) {
      std::rethrow_exception(failure_);
    }
    if (scheduler_.stop_requested()) {
      throw Stopped{};
    }
    return sweeps_;
  }

private:
  void work() {
    std::unique_lock lock(mutex_);
    while (!scheduler_.stop_requested()) {
      if (next_block_ < source_.blocks() && !sweeping_.empty()) {
        sweep_block(lock);
      } else if (!runnable_.empty()) {
        advance_one(lock);
      } else if (!waiting_.empty() && sweeping_.empty()) {
        if (nobody_comes(lock)) {
          begin_sweep();
        }
      } else if (busy_ > 0) {
        changed_.wait(lock);
      } else {
        break;
      }
    }
    changed_.notify_all();
  }

  // Fits that are under way would miss the pass, and need one of their own: it is worth about as long to wait for them.
  bool nobody_comes(std::unique_lock<std::mutex>& lock) {
    const auto come = [&] { return busy_ == 0 || !runnable_.empty() || !sweeping_.empty(); };
    return busy_ == 0 || !changed_.wait_for(lock, patience_, come);
  }

  void advance_one(std::unique_lock<std::mutex>& lock) {
    const Index number = runnable_.front();
    runnable_.pop_front();
    if (number > first_failed_) {
      return;
    }
    ++busy_;
    lock.unlock();
    std::exception_ptr failure;
    try {
      fitters_[at(number)]->advance(columns_, until_[at(number)]);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    --busy_;
    if (failure) {
      if (number < first_failed_) {
        first_failed_ = number;
        failure_ = failure;
      }
    } else if (!fitters_[at(number)]->request().empty()) {
      waiting_.push_back(number);
    }
    changed_.notify_all();
  }

  void begin_sweep() {
    std::sort(waiting_.begin(), waiting_.end());
    std::vector<PathFitter*> sweeping;
    for (const Index number : waiting_) {
      sweeping.push_back(fitters_[at(number)].get());
    }
    sweeping_ = SweepRound(std::move(sweeping));
    swept_numbers_ = std::exchange(waiting_, {});
    next_block_ = blocks_done_ = 0;
    ++sweeps_;
    changed_.notify_all();
  }

  void sweep_block(std::unique_lock<std::mutex>& lock) {
    const Index block = next_block_++;
    ++busy_;
    lock.unlock();
    source_.pass(scheduler_, {&block, 1}, [&](const ColumnBlock& values, Index) {
      sweeping_.answer(values);
    });
    lock.lock();
    --busy_;
    if (++blocks_done_ == source_.blocks()) {
      sweeping_ = {};
      runnable_.insert(runnable_.end(), swept_numbers_.begin(), swept_numbers_.end());
    }
    changed_.notify_all();
  }

  const std::span<const std::unique_ptr<PathFitter>> fitters_;
  const std::span<const Index> until_;
  const MarkerColumns& columns_;
  const FeatureSource& source_;
  Scheduler& scheduler_;

  std::mutex mutex_; ///< of all below; sweeping_ does not change while blocks of it are computed
  std::condition_variable changed_;
  std::deque<Index> runnable_;
  std::vector<Index> waiting_, swept_numbers_;
  SweepRound sweeping_;
  const std::chrono::nanoseconds patience_; ///< about the time of a pass
  Index next_block_ = 0, blocks_done_ = 0, busy_ = 0, sweeps_ = 0;
  Index first_failed_ = std::numeric_limits<Index>::max();
  std::exception_ptr failure_;
};

} // namespace

Index advance_in_memory(std::span<const std::unique_ptr<PathFitter>> fitters,
                        std::span<const Index> until,
                        const MarkerColumns& columns,
                        const FeatureSource& source,
                        Scheduler& scheduler) {
  return MemoryRun(fitters, until, columns, source, scheduler).run();
}

} // namespace vigil::penalized
