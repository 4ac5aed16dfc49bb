// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <functional>
#include <memory>
#include <stop_token>

namespace vigil {

/// One part of a run that is spread over several processes; numbered from 0, from 1 on the command line.
struct Shard {
  Index number = 0, count = 1;
};

/// Owner of all threads of the program, and of the number of BLAS threads (one).
///
/// A result never depends on the number of workers: tasks are independent, sums are cut by a constant chunk
/// and added in chunk order, and of several failures the one of the lowest task number is thrown.
/// A for_each inside a task runs inline, in index order, with that task's worker number.
class Scheduler {
public:
  explicit Scheduler(int threads);
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;
  Scheduler(Scheduler&&) = delete;
  Scheduler& operator=(Scheduler&&) = delete;

  [[nodiscard]] Index workers() const noexcept;

  /// Runs every task once, in any order, on any worker. After a failure, tasks with higher numbers are
  /// skipped, lower ones still run, and the failure with the lowest number is rethrown.
  /// `worker` (0 .. workers() - 1) picks a scratch arena, never a result.
  void for_each(Index tasks, const std::function<void(Index task, Index worker)>& run);

  /// Sum of `terms` terms by chunks of 4096: chunk(first, last) gives the partial sum of [first, last).
  [[nodiscard]] double sum(Index terms,
                           const std::function<double(Index first, Index last)>& chunk);

  /// Runs `reader` on one extra thread beside `work`, joins it, and rethrows the reader's failure first.
  void run_beside(const std::function<void()>& reader, const std::function<void()>& work);

  /// Cancellation: when the token asks to stop, for_each starts no further task and throws Stopped.
  void set_stop_token(std::stop_token token);
  [[nodiscard]] bool stop_requested() const noexcept;

private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Thrown by Scheduler::for_each when the run was asked to stop; the program exits with 75.
class Stopped {};

/// Threads to use when the user names none: VIGIL_THREADS, OMP_NUM_THREADS, SLURM_CPUS_PER_TASK, else the
/// smaller of the affinity mask and the cgroup quota; at least one.
[[nodiscard]] int default_threads();

} // namespace vigil
