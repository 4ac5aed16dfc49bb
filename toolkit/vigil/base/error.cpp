// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"

#include "vigil/base/text.hpp"

#include <utility>

namespace vigil {

std::string render(const Fault& fault) {
  std::string text = fault.problem;
  const auto part = [&text](const char* name, const std::string& value) {
    if (value.empty()) {
      return;
    }
    text += name;
    for (const char letter : value) {
      text += letter;
      if (letter == '\n') {
        text += "            ";
      }
    }
  };
  part("\n  where     ", fault.where);
  part("\n  found     ", fault.found);
  part("\n  expected  ", fault.expected);
  part("\n  remedy    ", fault.remedy);
  return text;
}

namespace {

Fault with_problem(Fault fault, const char* default_problem) {
  if (fault.problem.empty()) {
    fault.problem = default_problem;
  }
  return fault;
}

} // namespace

Error::Error(Fault fault, int exit_code, const char* default_problem)
    : std::runtime_error(render(with_problem(fault, default_problem))),
      fault_(with_problem(std::move(fault), default_problem)), exit_code_(exit_code) {}

InputError::InputError(Fault fault) : Error(std::move(fault), 3, "the input cannot be used") {}

ConfigError::ConfigError(Fault fault)
    : Error(std::move(fault), 2, "the request cannot be carried out") {}

ResourceError::ResourceError(Fault fault) : Error(std::move(fault), 6, "the machine refuses") {}

void FaultList::add(std::string where, std::string found) {
  ++count_;
  if (count_ <= shown) {
    where_.push_back(std::move(where));
    found_.push_back(std::move(found));
  }
}

void FaultList::raise_if_any(const std::string& problem,
                             const std::string& expected,
                             const std::string& remedy) const {
  if (empty()) {
    return;
  }
  std::string where = join(where_, "\n");
  if (count_ > shown) {
    where += "\nand " + number_text(static_cast<Index>(count_ - shown)) + " more";
  }
  throw InputError({.where = where,
                    .found = join(found_, "\n"),
                    .expected = expected,
                    .remedy = remedy,
                    .problem = problem});
}

} // namespace vigil
