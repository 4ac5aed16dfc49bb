// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/blas.hpp"

#include <cblas.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <span>
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
  constexpr std::array<std::string_view, 4> of_avx512{
      "SkylakeX", "Cooperlake", "SapphireRapids", "Sapphirerapids"};
  constexpr std::array<std::string_view, 5> of_fused_products{
      "Piledriver", "Steamroller", "Excavator", "Haswell", "Zen"};
  const auto is_one_of = [chosen](std::span<const std::string_view> names) {
    return std::find(names.begin(), names.end(), chosen) != names.end();
  };
  if (widest == InstructionSet::plain || is_one_of(of_avx512)) {
    return {};
  }
  if (widest == InstructionSet::avx512) {
    return "SkylakeX";
  }
  return is_one_of(of_fused_products) ? "" : "Haswell";
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
