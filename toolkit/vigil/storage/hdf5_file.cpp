// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/storage/hdf5_file.hpp"

#include "vigil/base/contract.hpp"
#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/storage/file_probe.hpp"
#include "vigil/storage/hdf5_values.hpp"

#include <hdf5.h>

#include <algorithm>
#include <cmath>
#include <system_error>

namespace vigil::storage {

namespace {

/// Deflate packs at most 1032 to 1, twice that through a second filter; a file that claims more is damaged.
constexpr Index largest_ratio = 2048;
constexpr Index small_bytes = Index{1} << 20;

/// An attribute with its type and extent; all three are empty handles where it cannot be opened.
struct OpenAttribute {
  OpenAttribute(Hid file, const std::string& path, const std::string& attribute)
      : opened(H5Aopen_by_name(file,
                               path.empty() ? "/" : path.c_str(),
                               attribute.c_str(),
                               H5P_DEFAULT,
                               H5P_DEFAULT),
               &H5Aclose),
        type(H5Aget_type(opened.id()), &H5Tclose), space(H5Aget_space(opened.id()), &H5Sclose) {}

  Handle opened, type, space;
};

} // namespace

Hdf5File::Hdf5File(const std::filesystem::path& file) : name_(file.filename().string()) {
  std::error_code failure;
  const auto bytes = std::filesystem::file_size(file, failure);
  if (failure) {
    throw InputError({.where = file.string(),
                      .found = failure.message(),
                      .expected = "a file that can be read",
                      .remedy = "check the path and the permissions",
                      .problem = "cannot open " + name_});
  }
  file_bytes_ = static_cast<Index>(bytes);
  probe_hdf5(file);
  handle_ = open_input(file, unlocked_);
}

NodeKind Hdf5File::kind(const std::string& path) const {
  prepare_hdf5();
  if (path.empty()) {
    return NodeKind::group;
  }
  for (std::size_t end = path.find('/');; end = path.find('/', end + 1)) {
    const std::string part = path.substr(0, end);
    if (!part.empty() && H5Lexists(id(), part.c_str(), H5P_DEFAULT) <= 0) {
      return NodeKind::absent;
    }
    if (end == std::string::npos) {
      break;
    }
  }
  const Handle object(H5Oopen(id(), path.c_str(), H5P_DEFAULT), &H5Oclose);
  if (!object) {
    return NodeKind::other;
  }
  switch (H5Iget_type(object.id())) {
  case H5I_GROUP:
    return NodeKind::group;
  case H5I_DATASET:
    return NodeKind::dataset;
  default:
    return NodeKind::other;
  }
}

std::vector<std::string> Hdf5File::children(const std::string& group) const {
  const Handle opened(H5Gopen2(id(), group.empty() ? "/" : group.c_str(), H5P_DEFAULT), &H5Gclose);
  std::vector<std::string> names;
  H5G_info_t info{};
  if (!opened || H5Gget_info(opened.id(), &info) < 0) {
    return names;
  }
  for (hsize_t number = 0; number < info.nlinks; ++number) {
    const auto length = H5Lget_name_by_idx(
        opened.id(), ".", H5_INDEX_NAME, H5_ITER_INC, number, nullptr, 0, H5P_DEFAULT);
    if (length <= 0) {
      break;
    }
    std::string text(static_cast<std::size_t>(length) + 1, '\0');
    H5Lget_name_by_idx(opened.id(),
                       ".",
                       H5_INDEX_NAME,
                       H5_ITER_INC,
                       number,
                       text.data(),
                       text.size(),
                       H5P_DEFAULT);
    text.pop_back();
    names.push_back(std::move(text));
  }
  return names;
}

Handle Hdf5File::open_dataset(const std::string& path) const {
  if (kind(path) != NodeKind::dataset) {
    throw InputError({.where = where(path),
                      .found = kind(path) == NodeKind::absent ? "nothing" : "no data set",
                      .expected = "a data set",
                      .remedy = "save the file again with anndata",
                      .problem = "cannot read " + where(path)});
  }
  Handle dataset(H5Dopen2(id(), path.c_str(), H5P_DEFAULT), &H5Dclose);
  if (!dataset) {
    fail_reading(-1, where(path));
  }
  return dataset;
}

ValueKind Hdf5File::value_kind(const std::string& path) const {
  const Handle dataset = open_dataset(path);
  const Handle type(H5Dget_type(dataset.id()), &H5Tclose);
  return kind_of_type(type.id());
}

bool Hdf5File::is_whole(const std::string& path) const {
  const Handle dataset = open_dataset(path);
  const Handle type(H5Dget_type(dataset.id()), &H5Tclose);
  return H5Tget_class(type.id()) == H5T_INTEGER;
}

std::vector<Index> Hdf5File::shape(const std::string& path) const {
  const Handle dataset = open_dataset(path);
  const Handle space(H5Dget_space(dataset.id()), &H5Sclose);
  const int rank = H5Sget_simple_extent_ndims(space.id());
  if (rank < 0) {
    fail_reading(dataset.id(), where(path));
  }
  std::vector<hsize_t> extent(static_cast<std::size_t>(rank));
  H5Sget_simple_extent_dims(space.id(), extent.data(), nullptr);
  std::vector<Index> result;
  result.reserve(extent.size());
  for (const hsize_t length : extent) {
    result.push_back(static_cast<Index>(std::min<hsize_t>(length, hsize_t{1} << 62)));
  }
  return result;
}

std::vector<double> Hdf5File::dataset_numbers(Hid dataset, const std::string& path) const {
  const Handle space(H5Dget_space(dataset), &H5Sclose);
  const auto count = static_cast<Index>(H5Sget_simple_extent_npoints(space.id()));
  const Handle type(H5Dget_type(dataset), &H5Tclose);
  expect_plausible(path, count, static_cast<Index>(H5Tget_size(type.id())));
  const ValueKind kind = kind_of_type(type.id());
  if (kind == ValueKind::boolean) {
    std::vector<signed char> raw(at(count));
    const Handle memory = boolean_memory_type(type.id());
    if (H5Dread(dataset, memory.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, raw.data()) < 0) {
      fail_reading(dataset, where(path));
    }
    return {raw.begin(), raw.end()};
  }
  expect_kind(kind == ValueKind::number, path, "numbers");
  std::vector<double> values(at(count));
  if (H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0) {
    fail_reading(dataset, where(path));
  }
  return values;
}

std::vector<double> Hdf5File::numbers(const std::string& path) const {
  const Handle dataset = open_dataset(path);
  return dataset_numbers(dataset.id(), path);
}

void Hdf5File::expect_kind(bool is_kind, const std::string& path, const char* kind) const {
  if (!is_kind) {
    throw InputError({.where = where(path),
                      .found = std::string("values that are no ") + kind,
                      .expected = kind,
                      .remedy = "save the file again with anndata",
                      .problem = "cannot read " + where(path)});
  }
}

std::vector<Index> Hdf5File::counts(const std::string& path) const {
  const Handle dataset = open_dataset(path);
  const Handle space(H5Dget_space(dataset.id()), &H5Sclose);
  const auto count = static_cast<Index>(H5Sget_simple_extent_npoints(space.id()));
  const Handle type(H5Dget_type(dataset.id()), &H5Tclose);
  expect_plausible(path, count, static_cast<Index>(H5Tget_size(type.id())));
  expect_kind(H5Tget_class(type.id()) == H5T_INTEGER, path, "whole numbers");
  std::vector<Index> values(at(count));
  if (H5Dread(dataset.id(), H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0) {
    fail_reading(dataset.id(), where(path));
  }
  return values;
}

template <class Number>
std::vector<Number>
Hdf5File::read_range(const std::string& path, ValueRange range, Hid memory_type) const {
  const Handle dataset = open_dataset(path);
  const Handle space(H5Dget_space(dataset.id()), &H5Sclose);
  const auto size = static_cast<Index>(H5Sget_simple_extent_npoints(space.id()));
  const Handle type(H5Dget_type(dataset.id()), &H5Tclose);
  expect_plausible(path, size, static_cast<Index>(H5Tget_size(type.id())));
  VIGIL_EXPECTS(range.first >= 0 && range.count >= 0);
  if (H5Sget_simple_extent_ndims(space.id()) != 1 || range.first > size ||
      range.count > size - range.first) {
    throw InputError({.where = where(path),
                      .found = count_text(size) + " values",
                      .expected = "a list of at least " + count_text(range.first + range.count),
                      .remedy = "copy or save the file again; it is damaged",
                      .problem = "cannot read " + where(path)});
  }
  std::vector<Number> values(at(range.count));
  if (values.empty()) {
    return values;
  }
  const auto first = static_cast<hsize_t>(range.first), count = static_cast<hsize_t>(range.count);
  const Handle memory(H5Screate_simple(1, &count, nullptr), &H5Sclose);
  H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, &first, nullptr, &count, nullptr);
  if (H5Dread(dataset.id(), memory_type, memory.id(), space.id(), H5P_DEFAULT, values.data()) < 0) {
    fail_reading(dataset.id(), where(path));
  }
  return values;
}

std::vector<double> Hdf5File::numbers(const std::string& path, ValueRange range) const {
  expect_kind(value_kind(path) == ValueKind::number, path, "numbers");
  return read_range<double>(path, range, H5T_NATIVE_DOUBLE);
}

std::vector<Index> Hdf5File::counts(const std::string& path, ValueRange range) const {
  expect_kind(is_whole(path), path, "whole numbers");
  return read_range<Index>(path, range, H5T_NATIVE_INT64);
}

std::vector<std::string> Hdf5File::dataset_texts(Hid dataset, const std::string& path) const {
  const Handle space(H5Dget_space(dataset), &H5Sclose);
  const auto count = static_cast<Index>(H5Sget_simple_extent_npoints(space.id()));
  const Handle type(H5Dget_type(dataset), &H5Tclose);
  expect_plausible(path, count, static_cast<Index>(H5Tget_size(type.id())));
  if (H5Tget_class(type.id()) != H5T_STRING) {
    std::vector<std::string> result;
    for (const double value : dataset_numbers(dataset, path)) {
      result.push_back(std::isnan(value) ? std::string() : number_text(value));
    }
    return result;
  }
  std::vector<std::string> result;
  const auto read = [dataset](Hid memory, void* buffer) {
    return H5Dread(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, buffer) >= 0;
  };
  if (!read_texts(type.id(), space.id(), read, result)) {
    fail_reading(dataset, where(path));
  }
  return result;
}

std::vector<std::string> Hdf5File::texts(const std::string& path) const {
  const Handle dataset = open_dataset(path);
  return dataset_texts(dataset.id(), path);
}

bool Hdf5File::has_attribute(const std::string& path, const std::string& attribute) const {
  return H5Aexists_by_name(
             id(), path.empty() ? "/" : path.c_str(), attribute.c_str(), H5P_DEFAULT) > 0;
}

std::vector<std::string> Hdf5File::texts_attribute(const std::string& path,
                                                   const std::string& attribute) const {
  std::vector<std::string> result;
  if (!has_attribute(path, attribute)) {
    return result;
  }
  const OpenAttribute held(id(), path, attribute);
  if (!held.opened || H5Tget_class(held.type.id()) != H5T_STRING) {
    return result;
  }
  const std::string place = path + "@" + attribute;
  expect_plausible(place,
                   static_cast<Index>(H5Sget_simple_extent_npoints(held.space.id())),
                   static_cast<Index>(H5Tget_size(held.type.id())));
  const auto read = [&held](Hid memory, void* buffer) {
    return H5Aread(held.opened.id(), memory, buffer) >= 0;
  };
  if (!read_texts(held.type.id(), held.space.id(), read, result)) {
    fail_reading(-1, where(place));
  }
  return result;
}

std::optional<std::string> Hdf5File::text_attribute(const std::string& path,
                                                    const std::string& attribute) const {
  auto texts = texts_attribute(path, attribute);
  if (texts.size() != 1) {
    return std::nullopt;
  }
  return std::move(texts.front());
}

std::vector<Index> Hdf5File::counts_attribute(const std::string& path,
                                              const std::string& attribute) const {
  std::vector<Index> result;
  if (!has_attribute(path, attribute)) {
    return result;
  }
  const OpenAttribute held(id(), path, attribute);
  const auto count = static_cast<Index>(H5Sget_simple_extent_npoints(held.space.id()));
  if (!held.opened || H5Tget_class(held.type.id()) != H5T_INTEGER || count < 0 || count > 32) {
    return result;
  }
  result.resize(at(count));
  if (H5Aread(held.opened.id(), H5T_NATIVE_INT64, result.data()) < 0) {
    result.clear();
  }
  return result;
}

std::vector<std::string> Hdf5File::referenced_texts(const std::string& path,
                                                    const std::string& attribute) const {
  const OpenAttribute held(id(), path, attribute);
  const bool single = held.opened && H5Tequal(held.type.id(), H5T_STD_REF_OBJ) > 0 &&
                      H5Sget_simple_extent_npoints(held.space.id()) == 1;
  hobj_ref_t reference = 0;
  if (single && H5Aread(held.opened.id(), H5T_STD_REF_OBJ, &reference) >= 0) {
    const Handle target(H5Rdereference2(id(), H5P_DEFAULT, H5R_OBJECT, &reference), &H5Oclose);
    if (target && H5Iget_type(target.id()) == H5I_DATASET) {
      return dataset_texts(target.id(), path + "@" + attribute);
    }
  }
  throw InputError({.where = where(path),
                    .found = "an attribute '" + attribute + "' that points to no data set",
                    .expected = "a reference to the categories",
                    .remedy = "save the file again with anndata",
                    .problem = "cannot read " + where(path)});
}

void Hdf5File::expect_plausible(const std::string& path, Index values, Index bytes_each) const {
  const double claimed = static_cast<double>(values) * static_cast<double>(bytes_each);
  const double possible = static_cast<double>(largest_ratio) * static_cast<double>(file_bytes_);
  if (values >= 0 && bytes_each >= 0 && claimed <= possible + static_cast<double>(small_bytes)) {
    return;
  }
  throw InputError({.where = where(path),
                    .found = count_text(values) + " values in a file of " + bytes_text(file_bytes_),
                    .expected = "no more values than the file can hold",
                    .remedy = "copy or save the file again; it is damaged",
                    .problem = "cannot read " + where(path)});
}

} // namespace vigil::storage
