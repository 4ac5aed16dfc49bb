// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/storage/record_file.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/storage/hdf5_file.hpp"
#include "vigil/storage/hdf5_writer.hpp"
#include "vigil/version.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>

namespace vigil::storage {

namespace {

constexpr const char* format_name = "vigil-record";
constexpr const char* kind_name = "kind";
/// Records inside records deeper than this are no record of ours.
constexpr int deepest = 32;

/// HDF5 takes `/` for a step into a group and `.` for the group itself.
std::string link_name(std::string_view name) {
  std::string link;
  for (const char letter : name) {
    link += letter == '%'   ? std::string("%25")
            : letter == '/' ? std::string("%2F")
            : letter == '.' ? std::string("%2E")
                            : std::string(1, letter);
  }
  return link;
}

std::string entry_name(std::string link) {
  constexpr std::array<std::pair<std::string_view, char>, 3> escapes{
      {{"%2F", '/'}, {"%2E", '.'}, {"%25", '%'}}};
  for (std::size_t place = link.find('%'); place != std::string::npos;
       place = link.find('%', place + 1)) {
    for (const auto& [escape, letter] : escapes) {
      if (link.compare(place, escape.size(), escape) == 0) {
        link.replace(place, escape.size(), 1, letter);
        break;
      }
    }
  }
  return link;
}

template <class Values>
void write_list(Hdf5Writer& writer, const std::string& path, const Values& values) {
  ListExtent extent;
  extent.add(values);
  PackedList list(extent);
  list.add(values);
  writer.list(path, list);
}

using PackedLists = std::map<std::string, PackedList, std::less<>>;

/// Calls use(name, values) for every list of every part.
template <class Use>
void for_lists(const ListParts& lists, const Use& use) {
  for (Index part = 0; part < lists.parts; ++part) {
    const Record made = lists.part(part);
    for (const auto& [name, value] : made.entries()) {
      if (const auto* counts = std::get_if<Record::Counts>(&value)) {
        use(name, *counts);
      } else {
        const auto* numbers = std::get_if<Record::Numbers>(&value);
        VIGIL_EXPECTS(numbers != nullptr);
        use(name, *numbers);
      }
    }
  }
}

PackedLists packed(const ListParts& lists) {
  std::map<std::string, ListExtent, std::less<>> extents;
  for_lists(lists, [&](const std::string& name, const auto& values) { extents[name].add(values); });
  PackedLists result;
  for (const auto& [name, extent] : extents) {
    result.try_emplace(name, extent);
  }
  for_lists(lists, [&](const std::string& name, const auto& values) {
    result.find(name)->second.add(values);
  });
  return result;
}

void write_entries(Hdf5Writer& writer,
                   const std::string& group,
                   const Record& record,
                   const PackedLists& lists = {});

void write_entry(Hdf5Writer& writer, const std::string& path, const Record::Value& value) {
  if (const auto* number = std::get_if<double>(&value)) {
    writer.number(path, *number);
  } else if (const auto* count = std::get_if<Index>(&value)) {
    writer.count(path, *count);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    writer.text(path, *text);
  } else if (const auto* numbers = std::get_if<Record::Numbers>(&value)) {
    write_list(writer, path, *numbers);
  } else if (const auto* counts = std::get_if<Record::Counts>(&value)) {
    write_list(writer, path, *counts);
  } else if (const auto* texts = std::get_if<Record::Texts>(&value)) {
    writer.texts(path, *texts);
  } else {
    writer.group(path);
    write_entries(writer, path, *std::get<std::shared_ptr<const Record>>(value));
  }
}

void write_entries(Hdf5Writer& writer,
                   const std::string& group,
                   const Record& record,
                   const PackedLists& lists) {
  writer.text_attribute(group, kind_name, std::string(record.kind()));
  const auto path_of = [&](const std::string& name) {
    VIGIL_EXPECTS(!name.empty());
    return group + (group.empty() ? "" : "/") + link_name(name);
  };
  auto list = lists.begin();
  const auto write_lists_before = [&](const std::string* name) {
    for (; list != lists.end() && (name == nullptr || list->first < *name); ++list) {
      writer.list(path_of(list->first), list->second);
    }
  };
  for (const auto& [name, value] : record.entries()) {
    write_lists_before(&name);
    write_entry(writer, path_of(name), value);
  }
  write_lists_before(nullptr);
}

[[noreturn]] void
no_record(const Hdf5File& file, const std::string& path, const std::string& found) {
  throw InputError({.where = file.where(path),
                    .found = found,
                    .expected = "a model or record written by vigil",
                    .remedy = "name the file that vigil wrote (model.h5, truth.h5)",
                    .problem = "cannot read the record " + file.name()});
}

void read_entry(const Hdf5File& file,
                const std::string& path,
                const std::string& name,
                Record& record) {
  const auto shape = file.shape(path);
  if (shape.size() > 1) {
    no_record(file, path, "a data set of " + number_text(size_of(shape)) + " dimensions");
  }
  const bool single = shape.empty();
  if (file.value_kind(path) == ValueKind::text) {
    auto texts = file.texts(path);
    single ? record.set(name, texts.at(0)) : record.set(name, std::move(texts));
  } else if (file.is_whole(path)) {
    auto counts = file.counts(path);
    single ? record.set(name, counts.at(0)) : record.set(name, std::move(counts));
  } else {
    auto numbers = file.numbers(path);
    single ? record.set(name, numbers.at(0)) : record.set(name, std::move(numbers));
  }
}

Record read_group(const Hdf5File& file,
                  const std::string& group,
                  int depth,
                  std::span<const std::string_view> left_out = {}) {
  const auto kind = file.text_attribute(group, kind_name);
  if (!kind || depth > deepest) {
    no_record(file, group, "a group that is no record");
  }
  Record record(*kind);
  const std::string above = group.empty() ? "" : group + "/";
  for (const auto& child : file.children(group)) {
    const std::string path = above + child;
    const std::string name = entry_name(child);
    if (std::ranges::find(left_out, name) != left_out.end()) {
      continue;
    }
    if (file.kind(path) == NodeKind::group) {
      record.set(name, read_group(file, path, depth + 1));
    } else {
      read_entry(file, path, name, record);
    }
  }
  return record;
}

} // namespace

void write_record(const std::filesystem::path& file, const Record& record, const ListParts& lists) {
  Hdf5Writer writer(file);
  writer.count_attribute("", format_name, model_format);
  write_entries(writer, "", record, packed(lists));
  writer.commit();
}

RecordFile::RecordFile(const std::filesystem::path& file) : file_(file) {
  const auto format = file_.counts_attribute("", format_name);
  if (format.size() != 1) {
    no_record(file_, "", "an HDF5 file without the mark of a record");
  }
  if (format.front() > model_format) {
    throw InputError({.where = file_.where(""),
                      .found = "format " + number_text(format.front()),
                      .expected = "format " + number_text(Index{model_format}) + " or older",
                      .remedy = "use a newer vigil",
                      .problem = "the record was written by a newer vigil"});
  }
}

Record RecordFile::read_without(std::span<const std::string_view> names) const {
  return read_group(file_, "", 0, names);
}

Index RecordFile::size(std::string_view name) const {
  const std::string path = link_name(name);
  const auto shape = file_.shape(path);
  if (shape.size() != 1) {
    no_record(file_, path, "no list");
  }
  return shape.front();
}

Record::Counts RecordFile::counts(std::string_view name, Index first, Index count) const {
  return file_.counts(link_name(name), {first, count});
}

Record::Numbers RecordFile::numbers(std::string_view name, Index first, Index count) const {
  return file_.numbers(link_name(name), {first, count});
}

Record read_record(const std::filesystem::path& file) {
  return RecordFile(file).read();
}

} // namespace vigil::storage
