// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/error.hpp"

#include <gtest/gtest.h>

namespace vigil::test {

/// The fault of the error of this type that `run` throws, after checking that all its parts are filled.
template <class Kind, class Run>
[[nodiscard]] Fault fault_of(const Run& run) {
  try {
    run();
  } catch (const Kind& error) {
    const Fault fault = error.fault();
    EXPECT_FALSE(fault.where.empty() || fault.found.empty() || fault.expected.empty() ||
                 fault.remedy.empty() || fault.problem.empty())
        << error.what();
    return fault;
  } catch (const Error& error) {
    ADD_FAILURE() << "an error of another kind: " << error.what();
    return {};
  }
  ADD_FAILURE() << "no error";
  return {};
}

} // namespace vigil::test
