// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/parallel/scheduler.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sched.h>
#include <sstream>

namespace vigil {

namespace {

/// Processors that the control group grants, rounded up; 0 where it sets no limit.
int control_group_limit() {
  std::ifstream version_two("/sys/fs/cgroup/cpu.max");
  std::string quota;
  double period = 0.0;
  if (!(version_two >> quota >> period)) {
    std::ifstream quota_file("/sys/fs/cgroup/cpu/cpu.cfs_quota_us");
    std::ifstream period_file("/sys/fs/cgroup/cpu/cpu.cfs_period_us");
    if (!(quota_file >> quota) || !(period_file >> period)) {
      return 0;
    }
  }
  const auto granted = parse_number(quota);
  if (!granted || *granted <= 0.0 || period <= 0.0) {
    return 0;
  }
  return std::max(1, static_cast<int>((*granted + period - 1.0) / period));
}

int affinity_count() {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  if (sched_getaffinity(0, sizeof(mask), &mask) != 0) {
    return 1;
  }
  return std::max(1, CPU_COUNT(&mask));
}

} // namespace

int default_threads() {
  for (const char* name : {"VIGIL_THREADS", "OMP_NUM_THREADS", "SLURM_CPUS_PER_TASK"}) {
    const char* value = std::getenv(name);
    const auto count = value == nullptr ? std::nullopt : parse_index(value);
    if (count && *count > 0) {
      return static_cast<int>(std::min<Index>(*count, 1024));
    }
  }
  const int limit = control_group_limit();
  return limit > 0 ? std::min(limit, affinity_count()) : affinity_count();
}

} // namespace vigil
