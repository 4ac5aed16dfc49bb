// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace vigil {

/// What a result was computed from. `file_digest` is SHA-256 of the input's bytes.
struct Provenance {
  std::string file_digest, vigil_version, blas_core;
  std::uint64_t seed = 0;
};

} // namespace vigil
