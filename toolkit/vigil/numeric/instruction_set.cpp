// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/instruction_set.hpp"

#include <cstdlib>
#include <string>

namespace vigil {

InstructionSet widest_instruction_set() noexcept {
  if (__builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512dq") != 0) {
    return InstructionSet::avx512;
  }
  if (__builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0) {
    return InstructionSet::avx2;
  }
  return InstructionSet::plain;
}

namespace {

InstructionSet chosen() {
  const char* wish = std::getenv("VIGIL_KERNEL");
  const std::string name = wish == nullptr ? "" : wish;
  const InstructionSet most = widest_instruction_set();
  for (const InstructionSet set : {InstructionSet::plain, InstructionSet::avx2}) {
    if (name == name_of(set) && set < most) {
      return set;
    }
  }
  return most;
}

} // namespace

std::string_view name_of(InstructionSet set) noexcept {
  switch (set) {
  case InstructionSet::avx512:
    return "avx512";
  case InstructionSet::avx2:
    return "avx2";
  case InstructionSet::plain:
    return "plain";
  }
  return "plain";
}

InstructionSet instruction_set() {
  static const InstructionSet set = chosen();
  return set;
}

} // namespace vigil
