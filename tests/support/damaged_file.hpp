// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/error.hpp"
#include "vigil/base/index.hpp"
#include "vigil/base/random.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace vigil::test {

[[nodiscard]] inline std::string bytes_of(const std::filesystem::path& file) {
  std::ostringstream copy;
  copy << std::ifstream(file, std::ios::binary).rdbuf();
  return copy.str();
}

/// One to four bytes overwritten, at places drawn for this number.
[[nodiscard]] inline std::string damaged_bytes(std::string bytes, Index number) {
  RandomStream stream(RandomKey(7).child(number));
  const Index flips = 1 + stream.index_below(4);
  for (Index flip = 0; flip < flips; ++flip) {
    const auto place = static_cast<std::size_t>(stream.index_below(size_of(bytes)));
    bytes[place] = static_cast<char>(stream.index_below(256));
  }
  return bytes;
}

/// What became of run() in a child process, so that a crash is seen and not shared. 0: done; 1: an error for the user;
/// 2: any other exception; -1: the child crashed or took more than 40 seconds of the processor.
template <class Run>
[[nodiscard]] int outcome_in_child(const Run& run) {
  constexpr rlimit seconds{.rlim_cur = 40, .rlim_max = 40};
  const pid_t child = ::fork();
  if (child == 0) {
    ::setrlimit(RLIMIT_CPU, &seconds);
    try {
      run();
      ::_exit(0);
    } catch (const Error&) {
      ::_exit(1);
    } catch (...) {
      ::_exit(2);
    }
  }
  int state = 0;
  ::waitpid(child, &state, 0);
  return WIFEXITED(state) ? WEXITSTATUS(state) : -1;
}

} // namespace vigil::test
