// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

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
/// OpenBLAS's own description of its build.
[[nodiscard]] std::string blas_description();

} // namespace vigil
