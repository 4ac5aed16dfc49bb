// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/learn/record.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"

#include <utility>

namespace vigil {

void Record::set(std::string_view name, Record value) {
  entries_[std::string(name)] = std::make_shared<const Record>(std::move(value));
}

bool Record::has(std::string_view name) const {
  return entries_.find(name) != entries_.end();
}

template <class Type>
const Type& Record::entry(std::string_view name, const char* expected) const {
  const auto place = entries_.find(name);
  const Type* value = place == entries_.end() ? nullptr : std::get_if<Type>(&place->second);
  if (value == nullptr) {
    throw InputError(
        {.where = "record " + quoted(kind_) + ", entry " + quoted(name),
         .found = place == entries_.end() ? "no such entry" : "an entry of another type",
         .expected = expected,
         .remedy = "the file is damaged or of another version: make it again",
         .problem = "cannot read the stored result"});
  }
  return *value;
}

double Record::number(std::string_view name) const {
  return entry<double>(name, "a number");
}

Index Record::count(std::string_view name) const {
  return entry<Index>(name, "a whole number");
}

const std::string& Record::text(std::string_view name) const {
  return entry<std::string>(name, "a text");
}

const Record::Numbers& Record::numbers(std::string_view name) const {
  return entry<Numbers>(name, "a list of numbers");
}

const Record::Counts& Record::counts(std::string_view name) const {
  return entry<Counts>(name, "a list of whole numbers");
}

const Record::Texts& Record::texts(std::string_view name) const {
  return entry<Texts>(name, "a list of texts");
}

const Record& Record::record(std::string_view name) const {
  return *entry<std::shared_ptr<const Record>>(name, "a record");
}

} // namespace vigil
