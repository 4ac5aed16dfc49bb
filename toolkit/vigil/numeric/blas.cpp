// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/blas.hpp"

#include <cblas.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <unistd.h>

namespace vigil {

SerialBlas::SerialBlas() : threads_before_(openblas_get_num_threads()) {
  openblas_set_num_threads(1);
}

SerialBlas::~SerialBlas() {
  openblas_set_num_threads(threads_before_);
}

std::string blas_core() {
  return openblas_get_corename();
}

std::string_view better_blas_core(std::string_view chosen, InstructionSet widest) noexcept {
  constexpr std::array<std::string_view, 9> with_fused_products{"Piledriver",
                                                                "Steamroller",
                                                                "Excavator",
                                                                "Haswell",
                                                                "Zen",
                                                                "SkylakeX",
                                                                "Cooperlake",
                                                                "SapphireRapids",
                                                                "Sapphirerapids"};
  const bool good = std::find(with_fused_products.begin(), with_fused_products.end(), chosen) !=
                    with_fused_products.end();
  if (good || widest == InstructionSet::plain) {
    return {};
  }
  return widest == InstructionSet::avx512 ? "SkylakeX" : "Haswell";
}

void restart_with_better_blas(char* const* arguments) {
  constexpr const char* variable = "OPENBLAS_CORETYPE";
  const std::string_view better = better_blas_core(blas_core(), widest_instruction_set());
  if (better.empty() || std::getenv(variable) != nullptr) {
    return;
  }
  setenv(variable, std::string(better).c_str(), 0);
  execv("/proc/self/exe", arguments);
  unsetenv(variable); // it did not start
}

std::string blas_description() {
  return openblas_get_config();
}

} // namespace vigil
