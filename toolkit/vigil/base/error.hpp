// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace vigil {

/// What is wrong with a file, a request or a machine, in the four parts that a user needs.
/// `problem` is the headline; without one the kind of error supplies its own.
struct Fault {
  std::string where, found, expected, remedy;
  std::string problem = {};
};

/// Base of every error that a user can act on; exit_code() is the program's exit status.
class Error : public std::runtime_error {
public:
  [[nodiscard]] const Fault& fault() const noexcept { return fault_; }
  [[nodiscard]] int exit_code() const noexcept { return exit_code_; }

protected:
  Error(Fault fault, int exit_code, const char* default_problem);

private:
  Fault fault_;
  int exit_code_;
};

/// A file or its values cannot be used (exit 3).
class InputError final : public Error {
public:
  explicit InputError(Fault fault);
};

/// The request itself is wrong: option, study file, unwritable output (exit 2).
class ConfigError final : public Error {
public:
  explicit ConfigError(Fault fault);
};

/// The machine refuses: disk, memory, lock, processor (exit 6).
class ResourceError final : public Error {
public:
  explicit ResourceError(Fault fault);
};

/// The text of a fault: headline, then one aligned line for each part.
[[nodiscard]] std::string render(const Fault& fault);

/// Collects bad rows so that all are named at once: the first ten in full, then a count.
class FaultList {
public:
  void add(std::string where, std::string found);
  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
  /// Throws InputError naming what was collected; does nothing when empty.
  void raise_if_any(const std::string& problem,
                    const std::string& expected,
                    const std::string& remedy) const;

private:
  static constexpr long shown = 10;
  std::vector<std::string> where_, found_;
  long count_ = 0;
};

} // namespace vigil
