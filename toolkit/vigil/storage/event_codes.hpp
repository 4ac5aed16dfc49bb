// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/storage/data_frame.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vigil::storage {

/// How a column of zeros and ones is spoken of in errors.
struct CodeWords {
  std::string one;          ///< "the event"
  std::string both;         ///< "0 (censored) and 1 (event)"
  std::string either;       ///< "0 (censored) or 1 (event)"
  std::string one_two = {}; ///< where the coding 1 / 2 is usual
};

/// A column of 0 / 1, booleans or TRUE / FALSE, or 1 for the rows that hold `value` where it is given. Throws InputError
/// naming missing and foreign codes; the coding 1 / 2 is refused, as it cannot be told from a coding of two events.
[[nodiscard]] std::vector<std::uint8_t> coded_event(const DataFrame& frame,
                                                    const std::string& column,
                                                    const std::string& value,
                                                    const CodeWords& words);

/// Whether a cell is the value that the user named: as text, or as the same number.
class SameValue {
public:
  explicit SameValue(std::string value);
  [[nodiscard]] bool operator()(const std::string& cell) const;

private:
  std::string value_;
  std::optional<double> number_;
  std::optional<bool> truth_;
};

/// The remedy for rows with missing or wrong values of a column.
[[nodiscard]] std::string leave_out_missing(const std::string& column);

} // namespace vigil::storage
