# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# One interface target carries every flag of the project, so that no file is built with a setting of its own.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

find_program(VIGIL_CCACHE ccache)
mark_as_advanced(VIGIL_CCACHE)
if(VIGIL_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${VIGIL_CCACHE})
endif()

add_library(vigil_flags INTERFACE)
target_include_directories(vigil_flags INTERFACE ${PROJECT_SOURCE_DIR}/toolkit ${PROJECT_BINARY_DIR}/toolkit)
target_compile_options(vigil_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wold-style-cast -Woverloaded-virtual
  -Wnon-virtual-dtor -Wdouble-promotion -Wimplicit-fallthrough -Wno-sign-conversion
  -ffp-contract=off)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # -Wrestrict of g++ 12 fires on std::string itself (GCC bug 105651).
  target_compile_options(vigil_flags INTERFACE
    -Wno-restrict -Wduplicated-cond -Wlogical-op -Wnull-dereference -Wno-error=null-dereference)
endif()
if(VIGIL_WERROR)
  target_compile_options(vigil_flags INTERFACE -Werror)
endif()
if(VIGIL_SANITIZE)
  target_compile_options(vigil_flags INTERFACE -fsanitize=${VIGIL_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(vigil_flags INTERFACE -fsanitize=${VIGIL_SANITIZE})
endif()

# Everything but the program's entry point may use AVX2; main.cpp checks the processor first.
add_library(vigil_machine INTERFACE)
target_compile_options(vigil_machine INTERFACE -march=x86-64-v3)
