// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace vigil {

/// Vector instructions that kernels are written for; every one gives the same bits.
enum class InstructionSet { plain, avx2, avx512 };
[[nodiscard]] std::string_view name_of(InstructionSet set) noexcept;

/// The widest that this processor has.
[[nodiscard]] InstructionSet widest_instruction_set() noexcept;
/// That, or the one that the environment variable VIGIL_KERNEL names (avx512, avx2,
/// plain) if the processor has it. Decided once.
[[nodiscard]] InstructionSet instruction_set();

/// The kernel for instruction_set().
template <class Kernel>
[[nodiscard]] const Kernel&
choose_kernel(const Kernel& avx512, const Kernel& avx2, const Kernel& plain) {
  switch (instruction_set()) {
  case InstructionSet::avx512:
    return avx512;
  case InstructionSet::avx2:
    return avx2;
  case InstructionSet::plain:
    break;
  }
  return plain;
}

} // namespace vigil
