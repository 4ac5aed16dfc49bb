// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/numeric/instruction_set.hpp"

#include <string>
#include <string_view>

namespace vigil {

/// Holds BLAS to one thread while it lives, so that its sums do not depend on the number of threads.
/// The setting is process-wide: only the scheduler makes one. Nested guards are harmless.
class SerialBlas {
public:
  SerialBlas();
  ~SerialBlas();
  SerialBlas(const SerialBlas&) = delete;
  SerialBlas& operator=(const SerialBlas&) = delete;
  SerialBlas(SerialBlas&&) = delete;
  SerialBlas& operator=(SerialBlas&&) = delete;

private:
  int threads_before_;
};

/// Name of the kernel that OpenBLAS chose for this processor, for example `Haswell`.
[[nodiscard]] std::string blas_core();
/// The kernel to ask for where OpenBLAS does not know the processor, which is younger, and chose one from before AVX2;
/// empty: it chose well. checked by tests/unit/numeric/blas_test
[[nodiscard]] std::string_view better_blas_core(std::string_view chosen,
                                                InstructionSet widest) noexcept;
/// Starts this program again with OPENBLAS_CORETYPE set where there is a better kernel and the variable is not set: OpenBLAS
/// reads it when it is loaded. Returns where nothing is to be done, or the start fails. arguments: those of main, whose
/// last one is null. To be called before anything else is done.
void restart_with_better_blas(char* const* arguments);
/// OpenBLAS's own description of its build.
[[nodiscard]] std::string blas_description();

} // namespace vigil
