// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/numeric/blas.hpp"
#include "vigil/storage/hdf5_info.hpp"
#include "vigil/version.hpp"

#include "apps/vigil/verbs.hpp"
#include <cstdio>
#include <cstdlib>
#include <fmt/format.h>

namespace vigil::app {

namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "not set" : value;
}

const char* yes_no(bool value) {
  return value ? "yes" : "no";
}

std::string filter_text() {
  std::string text;
  for (const auto& filter : storage::hdf5_filters()) {
    text += (text.empty() ? "" : ", ") + filter.name + (filter.available ? "" : " (absent)");
  }
  return text;
}

int run_doctor(const Invocation& invocation) {
  fmt::print("version    vigil {}\n", version);
  fmt::print("compiler   {}\n", __VERSION__);
  fmt::print(
      "threads    {} used here; VIGIL_THREADS {}, OMP_NUM_THREADS {}, SLURM_CPUS_PER_TASK {}\n",
      invocation.session.scheduler().workers(),
      environment("VIGIL_THREADS"),
      environment("OMP_NUM_THREADS"),
      environment("SLURM_CPUS_PER_TASK"));
  fmt::print("memory     {} for one pass over the features (--memory)\n",
             bytes_text(invocation.session.memory_bytes()));
  fmt::print("blas       kernel {}, held to 1 thread; {}\n", blas_core(), blas_description());
  fmt::print("processor  AVX2 {}, AVX-512F {}\n",
             yes_no(__builtin_cpu_supports("avx2") != 0),
             yes_no(__builtin_cpu_supports("avx512f") != 0));
  fmt::print("hdf5       {}; filters: {}\n", storage::hdf5_version(), filter_text());
  fmt::print("locking    HDF5_USE_FILE_LOCKING {}\n", environment("HDF5_USE_FILE_LOCKING"));
  return 0;
}

} // namespace

const Verb doctor_verb{.name = "doctor",
                       .arguments = "",
                       .least_arguments = 0,
                       .most_arguments = 0,
                       .summary =
                           "what this machine offers: threads, BLAS kernel, HDF5 filters, locking",
                       .details = "",
                       .options = {},
                       .reads_cohort = false,
                       .run = &run_doctor};

} // namespace vigil::app
