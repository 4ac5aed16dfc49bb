// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/storage/hdf5_writer.hpp"

#include <hdf5.h>

#include <array>
#include <vector>

namespace vigil::storage {

namespace {

Handle list_space(std::size_t length) {
  const hsize_t extent = length;
  return {H5Screate_simple(1, &extent, nullptr), &H5Sclose};
}

std::vector<const char*> pointers_to(std::span<const std::string> values) {
  std::vector<const char*> pointers;
  pointers.reserve(values.size() + 1); // HDF5 wants an address even for no value
  for (const auto& value : values) {
    pointers.push_back(value.c_str());
  }
  return pointers;
}

Hid file_type(const PackedList& list) {
  if (list.is_real()) {
    return H5T_IEEE_F64LE;
  }
  switch (list.bytes()) {
  case 1:
    return list.is_signed() ? H5T_STD_I8LE : H5T_STD_U8LE;
  case 2:
    return list.is_signed() ? H5T_STD_I16LE : H5T_STD_U16LE;
  case 4:
    return list.is_signed() ? H5T_STD_I32LE : H5T_STD_U32LE;
  default:
    return H5T_STD_I64LE;
  }
}

Handle utf8_type() {
  Handle type(H5Tcopy(H5T_C_S1), &H5Tclose);
  H5Tset_size(type.id(), H5T_VARIABLE);
  H5Tset_cset(type.id(), H5T_CSET_UTF8);
  return type;
}

Handle timeless(Hid list_class) {
  Handle list(H5Pcreate(list_class), &H5Pclose);
  H5Pset_obj_track_times(list.id(), false);
  return list;
}

} // namespace

Hdf5Writer::Hdf5Writer(const std::filesystem::path& target) : pending_(target) {
  prepare_hdf5();
  text_type_ = utf8_type();
  scalar_ = Handle(H5Screate(H5S_SCALAR), &H5Sclose);
  no_times_ = timeless(H5P_DATASET_CREATE);
  const Handle creation = timeless(H5P_FILE_CREATE);
  file_ = Handle(H5Fcreate(pending_.path().c_str(), H5F_ACC_TRUNC, creation.id(), H5P_DEFAULT),
                 &H5Fclose);
  expect(static_cast<bool>(file_));
}

void Hdf5Writer::expect(bool good) const {
  if (!good) {
    pending_.fail(hdf5_reason());
  }
}

void Hdf5Writer::group(const std::string& path) {
  const Handle creation = timeless(H5P_GROUP_CREATE);
  const Handle made(H5Gcreate2(file_.id(), path.c_str(), H5P_DEFAULT, creation.id(), H5P_DEFAULT),
                    &H5Gclose);
  expect(static_cast<bool>(made));
}

void Hdf5Writer::dataset(
    const std::string& path, Hid file_type, Hid memory_type, Hid space, const void* data) {
  const Handle made(
      H5Dcreate2(
          file_.id(), path.c_str(), file_type, space, H5P_DEFAULT, no_times_.id(), H5P_DEFAULT),
      &H5Dclose);
  expect(made && H5Dwrite(made.id(), memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0);
}

void Hdf5Writer::text(const std::string& path, const std::string& value) {
  const char* pointer = value.c_str();
  dataset(path, text_type_.id(), text_type_.id(), scalar_.id(), &pointer);
}

void Hdf5Writer::texts(const std::string& path, std::span<const std::string> values) {
  const Handle space = list_space(values.size());
  dataset(path, text_type_.id(), text_type_.id(), space.id(), pointers_to(values).data());
}

void Hdf5Writer::number(const std::string& path, double value) {
  dataset(path, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, scalar_.id(), &value);
}

void Hdf5Writer::numbers(const std::string& path, std::span<const double> values) {
  const Handle space = list_space(values.size());
  const double none = 0.0;
  dataset(
      path, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, space.id(), values.empty() ? &none : values.data());
}

void Hdf5Writer::count(const std::string& path, Index value) {
  dataset(path, H5T_STD_I64LE, H5T_NATIVE_INT64, scalar_.id(), &value);
}

void Hdf5Writer::codes(const std::string& path, std::span<const Index> values, int bytes) {
  const Handle space = list_space(values.size());
  const Hid type = bytes == 1   ? H5T_STD_I8LE
                   : bytes == 2 ? H5T_STD_I16LE
                   : bytes == 4 ? H5T_STD_I32LE
                                : H5T_STD_I64LE;
  const Index none = 0;
  dataset(path, type, H5T_NATIVE_INT64, space.id(), values.empty() ? &none : values.data());
}

void Hdf5Writer::list(const std::string& path, const PackedList& list) {
  const Hid type = file_type(list);
  const Handle space = list_space(at(list.size()));
  if (list.chunk_size() == 0) {
    const std::byte none{};
    dataset(path, type, type, space.id(), list.raw().empty() ? &none : list.raw().data());
    return;
  }
  const auto chunk = static_cast<hsize_t>(list.chunk_size());
  const Handle creation = timeless(H5P_DATASET_CREATE);
  expect(H5Pset_chunk(creation.id(), 1, &chunk) >= 0 && H5Pset_shuffle(creation.id()) >= 0 &&
         H5Pset_deflate(creation.id(), PackedList::deflate_level) >= 0);
  const Handle made(
      H5Dcreate2(
          file_.id(), path.c_str(), type, space.id(), H5P_DEFAULT, creation.id(), H5P_DEFAULT),
      &H5Dclose);
  expect(static_cast<bool>(made));
  hsize_t first = 0;
  for (const PackedList::Chunk& each : list.chunks()) {
    constexpr std::uint32_t deflate_skipped = 2; // a bit for each filter, in their order
    expect(H5Dwrite_chunk(made.id(),
                          H5P_DEFAULT,
                          each.deflated ? 0 : deflate_skipped,
                          &first,
                          each.bytes.size(),
                          each.bytes.data()) >= 0);
    first += chunk;
  }
}

void Hdf5Writer::matrix(const std::string& path, const MatrixChunks& chunks) {
  const std::array<hsize_t, 2> extent{static_cast<hsize_t>(chunks.subjects),
                                      static_cast<hsize_t>(chunks.features)};
  const std::array<hsize_t, 2> chunk{static_cast<hsize_t>(chunks.subjects),
                                     static_cast<hsize_t>(chunks.chunk_features)};
  const Handle space(H5Screate_simple(2, extent.data(), nullptr), &H5Sclose);
  const Handle creation = timeless(H5P_DATASET_CREATE);
  if (chunks.subjects > 0 && chunks.features > 0) {
    expect(H5Pset_chunk(creation.id(), 2, chunk.data()) >= 0);
    if (chunks.deflate > 0) {
      H5Pset_shuffle(creation.id());
      H5Pset_deflate(creation.id(), static_cast<unsigned>(chunks.deflate));
    }
  }
  const Handle made(H5Dcreate2(file_.id(),
                               path.c_str(),
                               H5T_IEEE_F32LE,
                               space.id(),
                               H5P_DEFAULT,
                               creation.id(),
                               H5P_DEFAULT),
                    &H5Dclose);
  expect(static_cast<bool>(made));
}

void Hdf5Writer::matrix_part(const std::string& path,
                             Index first,
                             Index count,
                             std::span<const float> values) {
  const Handle opened(H5Dopen2(file_.id(), path.c_str(), H5P_DEFAULT), &H5Dclose);
  const std::array<hsize_t, 2> start{0, static_cast<hsize_t>(first)};
  const std::array<hsize_t, 2> extent{values.size() / static_cast<hsize_t>(count),
                                      static_cast<hsize_t>(count)};
  const Handle space(H5Dget_space(opened.id()), &H5Sclose);
  const Handle memory(H5Screate_simple(2, extent.data(), nullptr), &H5Sclose);
  H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr, extent.data(), nullptr);
  expect(H5Dwrite(
             opened.id(), H5T_NATIVE_FLOAT, memory.id(), space.id(), H5P_DEFAULT, values.data()) >=
         0);
}

void Hdf5Writer::attribute(
    const std::string& path, const std::string& name, Hid type, Hid space, const void* data) {
  const Handle object(H5Oopen(file_.id(), path.empty() ? "/" : path.c_str(), H5P_DEFAULT),
                      &H5Oclose);
  const Handle made(H5Acreate2(object.id(), name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT),
                    &H5Aclose);
  expect(made && H5Awrite(made.id(), type, data) >= 0);
}

void Hdf5Writer::text_attribute(const std::string& path,
                                const std::string& name,
                                const std::string& value) {
  const char* pointer = value.c_str();
  attribute(path, name, text_type_.id(), scalar_.id(), &pointer);
}

void Hdf5Writer::texts_attribute(const std::string& path,
                                 const std::string& name,
                                 std::span<const std::string> values) {
  const Handle space = list_space(values.size());
  attribute(path, name, text_type_.id(), space.id(), pointers_to(values).data());
}

void Hdf5Writer::count_attribute(const std::string& path, const std::string& name, Index value) {
  attribute(path, name, H5T_STD_I64LE, scalar_.id(), &value);
}

void Hdf5Writer::boolean_attribute(const std::string& path, const std::string& name, bool value) {
  const Handle type(H5Tenum_create(H5T_STD_I8LE), &H5Tclose);
  const signed char no = 0;
  const signed char yes = 1;
  H5Tenum_insert(type.id(), "FALSE", &no);
  H5Tenum_insert(type.id(), "TRUE", &yes);
  attribute(path, name, type.id(), scalar_.id(), value ? &yes : &no);
}

void Hdf5Writer::commit() {
  expect(H5Fflush(file_.id(), H5F_SCOPE_GLOBAL) >= 0);
  file_ = Handle();
  pending_.commit();
}

} // namespace vigil::storage
