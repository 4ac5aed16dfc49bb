// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/random.hpp"
#include "vigil/learn/record.hpp"

#include <iterator>
#include <limits>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace vigil::test {

/// What damage makes of an entry of a record: another value, or a list that is cut, longer, or changed at one place.
class Damage {
public:
  explicit Damage(RandomStream& draw) : draw_(draw) {}

  template <class Number>
  [[nodiscard]] Number of(Number value) const {
    switch (draw_.index_below(4)) {
    case 0:
      return -1;
    case 1:
      return std::numeric_limits<Number>::max();
    case 2:
      return std::numeric_limits<Number>::quiet_NaN(); // of whole numbers 0
    default:
      return value / 2 + static_cast<Number>(draw_.index_below(1000));
    }
  }
  [[nodiscard]] std::string of(const std::string& text) const { return text + "?"; }
  template <class Value>
  [[nodiscard]] std::vector<Value> of(std::vector<Value> values) const {
    if (values.empty()) {
      return {Value{}};
    }
    const auto place = [&] { return at(draw_.index_below(size_of(values))); };
    switch (draw_.index_below(5)) {
    case 0:
      values.resize(place());
      break;
    case 1:
      values.push_back(values.front());
      break;
    case 2:
      values[place()] = values[place()];
      break;
    default: {
      Value& value = values[place()];
      value = of(value);
    }
    }
    return values;
  }

private:
  RandomStream& draw_;
};

/// A record with one entry damaged, whichever it is, or without it.
[[nodiscard]] inline Record damaged(const Record& whole, RandomStream& draw) {
  const auto damaged_at =
      std::next(whole.entries().begin(), draw.index_below(size_of(whole.entries())));
  const bool is_lost = draw.index_below(10) == 0;
  Record result{std::string(whole.kind())};
  for (auto entry = whole.entries().begin(); entry != whole.entries().end(); ++entry) {
    const bool is_whole = entry != damaged_at;
    std::visit(
        [&](const auto& value) {
          if constexpr (std::is_same_v<std::decay_t<decltype(value)>,
                                       std::shared_ptr<const Record>>) {
            result.set(entry->first, is_whole ? *value : damaged(*value, draw));
          } else if (is_whole || !is_lost) {
            result.set(entry->first, is_whole ? value : Damage(draw).of(value));
          }
        },
        entry->second);
  }
  return result;
}

} // namespace vigil::test
