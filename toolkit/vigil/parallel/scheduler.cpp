// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/parallel/scheduler.hpp"

#include "vigil/numeric/blas.hpp"
#include "vigil/parallel/team.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <limits>
#include <mutex>
#include <thread>
#include <vector>

namespace vigil {

namespace {

constexpr Index chunk_terms = 4096;
constexpr Index no_task = std::numeric_limits<Index>::max();

/// Worker number of the thread's current task; negative outside of tasks.
thread_local Index current_worker = no_index;

/// Keeps the failure of the lowest task number.
class FirstFailure {
public:
  void record(Index task) noexcept {
    const std::lock_guard<std::mutex> hold(mutex_);
    if (task < task_.load()) {
      task_.store(task);
      failure_ = std::current_exception();
    }
  }
  [[nodiscard]] bool skips(Index task) const noexcept {
    return task > task_.load(std::memory_order_relaxed);
  }
  void rethrow() const {
    if (failure_) {
      std::rethrow_exception(failure_);
    }
  }

private:
  std::mutex mutex_;
  std::atomic<Index> task_{no_task};
  std::exception_ptr failure_;
};

} // namespace

struct Scheduler::State {
  explicit State(int threads) : workers(std::max(1, threads)) {}
  Index workers;
  std::stop_token stop;
  SerialBlas serial_blas;
};

Scheduler::Scheduler(int threads) : state_(std::make_unique<State>(threads)) {}
Scheduler::~Scheduler() = default;

Index Scheduler::workers() const noexcept {
  return state_->workers;
}

void Scheduler::set_stop_token(std::stop_token token) {
  state_->stop = std::move(token);
}

bool Scheduler::stop_requested() const noexcept {
  return state_->stop.stop_requested();
}

void Scheduler::for_each(Index tasks, const std::function<void(Index task, Index worker)>& run) {
  VIGIL_EXPECTS(tasks >= 0);
  if (current_worker != no_index) {
    for (Index task = 0; task < tasks; ++task) {
      run(task, current_worker);
    }
    return;
  }
  std::atomic<Index> next{0};
  std::atomic<bool> stopped{false};
  FirstFailure failure;
  detail::run_team(std::min(workers(), std::max<Index>(tasks, 1)), [&](Index worker) {
    current_worker = worker;
    for (Index task = next.fetch_add(1); task < tasks; task = next.fetch_add(1)) {
      if (stop_requested()) {
        stopped = true;
        break;
      }
      if (failure.skips(task)) {
        continue;
      }
      try {
        run(task, worker);
      } catch (...) {
        failure.record(task);
      }
    }
    current_worker = no_index;
  });
  failure.rethrow();
  if (stopped) {
    throw Stopped{};
  }
}

double Scheduler::sum(Index terms, const std::function<double(Index first, Index last)>& chunk) {
  const Index chunks = (terms + chunk_terms - 1) / chunk_terms;
  std::vector<double> partial(at(chunks));
  for_each(chunks, [&](Index number, Index) {
    const Index first = number * chunk_terms;
    partial[at(number)] = chunk(first, std::min(terms, first + chunk_terms));
  });
  double total = 0.0;
  for (const double value : partial) {
    total += value;
  }
  return total;
}

void Scheduler::run_beside(const std::function<void()>& reader, const std::function<void()>& work) {
  std::exception_ptr reader_failure;
  std::exception_ptr work_failure;
  {
    const std::jthread beside([&] {
      try {
        reader();
      } catch (...) {
        reader_failure = std::current_exception();
      }
    });
    try {
      work();
    } catch (...) {
      work_failure = std::current_exception();
    }
  }
  if (reader_failure) {
    std::rethrow_exception(reader_failure);
  }
  if (work_failure) {
    std::rethrow_exception(work_failure);
  }
}

} // namespace vigil
