// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"
#include "vigil/storage/data_frame.hpp"

#include <string>
#include <vector>

namespace vigil::storage {

enum class Comparison { equal, not_equal, less, less_or_equal, greater, greater_or_equal };

/// A condition on subjects: column, comparison, value.
struct SubjectFilter {
  std::string column, value;
  Comparison comparison = Comparison::equal;
};

/// "nodes > 0", "sex = 'F'", "grade != NA". Throws ConfigError when it has no comparison, column or value.
[[nodiscard]] SubjectFilter parse_filter(const std::string& text);

/// For each row whether it meets the condition. A missing value meets none but `= NA`; `!= NA` means known.
/// `=` and `!=` compare numbers with numbers and text with text; the others need numbers.
/// Throws InputError for an unknown column, ConfigError for a value that is no number where one is needed.
[[nodiscard]] std::vector<bool> meets(const DataFrame& frame, const SubjectFilter& filter);

} // namespace vigil::storage
