// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
// The entry point alone is built for plain x86-64: it checks the processor before any other code of vigil runs.

#include <cstdio>

int vigil_main(int argc, char** argv);

int main(int argc, char** argv) {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") == 0 || __builtin_cpu_supports("fma") == 0 ||
      __builtin_cpu_supports("bmi2") == 0) {
    static_cast<void>(
        std::fputs("vigil: this processor cannot run vigil\n"
                   "  where     the processor of this machine\n"
                   "  found     no AVX2, FMA or BMI2 instructions\n"
                   "  expected  x86-64-v3 (Intel Haswell 2013, AMD Excavator 2015, or later)\n"
                   "  remedy    run it on a newer machine\n",
                   stderr));
    return 6;
  }
  return vigil_main(argc, argv);
}
