// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <functional>
#include <string>

namespace vigil {

/// How a run speaks: a label with a text ("input", "300 subjects ..."), and its progress in fits; and whether to stop after
/// the work unit in hand.
struct StudyWatch {
  std::function<void(const std::string& label, const std::string& text)> say;
  std::function<void(Index done, Index total)> progress;
  std::function<bool()> stop = [] { return false; };
};

} // namespace vigil
