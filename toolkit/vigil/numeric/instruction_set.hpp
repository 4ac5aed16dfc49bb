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

} // namespace vigil
