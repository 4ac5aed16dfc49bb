// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/error.hpp"
#include "vigil/learn/record_source.hpp"

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace vigil::test {

/// A record as a source of its parts, which counts the values of lists that are read.
class RecordInMemory final : public RecordSource {
public:
  explicit RecordInMemory(Record record) : record_(std::move(record)) {}

  [[nodiscard]] Record read_without(std::span<const std::string_view> names) const override {
    Record result{std::string(record_.kind())};
    for (const auto& [name, value] : record_.entries()) {
      if (std::ranges::find(names, name) != names.end()) {
        continue;
      }
      std::visit(
          [&result, key = name](const auto& held) {
            if constexpr (std::is_same_v<std::decay_t<decltype(held)>,
                                         std::shared_ptr<const Record>>) {
              result.set(key, *held);
            } else {
              result.set(key, held);
            }
          },
          value);
    }
    return result;
  }
  [[nodiscard]] Index size(std::string_view name) const override {
    const auto place = record_.entries().find(name);
    const bool whole =
        place != record_.entries().end() && std::holds_alternative<Record::Counts>(place->second);
    return whole ? size_of(record_.counts(name)) : size_of(record_.numbers(name));
  }
  [[nodiscard]] Record::Counts
  counts(std::string_view name, Index first, Index count) const override {
    return some(record_.counts(name), first, count);
  }
  [[nodiscard]] Record::Numbers
  numbers(std::string_view name, Index first, Index count) const override {
    return some(record_.numbers(name), first, count);
  }
  [[nodiscard]] Index values_read() const { return values_read_; }

private:
  template <class List>
  [[nodiscard]] List some(const List& list, Index first, Index count) const {
    VIGIL_EXPECTS(first >= 0 && count >= 0);
    if (first + count > size_of(list)) {
      throw InputError({.where = "the list",
                        .found = "its end",
                        .expected = "more values",
                        .remedy = "none",
                        .problem = "cannot read the list"});
    }
    values_read_ += count;
    return List(list.begin() + first, list.begin() + first + count);
  }

  Record record_;
  mutable Index values_read_ = 0;
};

} // namespace vigil::test
