// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/storage/hdf5_values.hpp"

#include <hdf5.h>

#include <algorithm>

namespace vigil::storage {

namespace {

/// Value of a member, or nothing usable (-1) when the enumeration lacks it.
int member_value(Hid type, const char* name) {
  const Handle native(H5Tget_native_type(type, H5T_DIR_ASCEND), &H5Tclose);
  if (!native || H5Tget_size(native.id()) != 1) {
    return -1;
  }
  signed char value = -1;
  return H5Tenum_valueof(native.id(), name, &value) < 0 ? -1 : value;
}

std::string fixed_text_value(const char* start, std::size_t size, H5T_str_t padding) {
  std::string text(start, size);
  if (padding == H5T_STR_SPACEPAD) {
    const auto last = text.find_last_not_of(' ');
    text.resize(last == std::string::npos ? 0 : last + 1);
  }
  const auto zero = text.find('\0');
  if (zero != std::string::npos) {
    text.resize(zero);
  }
  return text;
}

} // namespace

ValueKind kind_of_type(Hid type) {
  switch (H5Tget_class(type)) {
  case H5T_INTEGER:
  case H5T_FLOAT:
    return ValueKind::number;
  case H5T_STRING:
    return ValueKind::text;
  case H5T_COMPOUND:
    return ValueKind::compound;
  case H5T_REFERENCE:
    return ValueKind::reference;
  case H5T_ENUM: {
    const bool two = H5Tget_nmembers(type) == 2;
    const bool named = two && member_value(type, "FALSE") == 0 && member_value(type, "TRUE") == 1;
    return named ? ValueKind::boolean : ValueKind::other;
  }
  default:
    return ValueKind::other;
  }
}

Handle boolean_memory_type(Hid file_type) {
  return {H5Tget_native_type(file_type, H5T_DIR_ASCEND), &H5Tclose};
}

bool read_texts(Hid type,
                Hid space,
                const std::function<bool(Hid memory, void* buffer)>& read,
                std::vector<std::string>& texts) {
  const auto points = H5Sget_simple_extent_npoints(space);
  if (points < 0) {
    return false;
  }
  const auto count = static_cast<std::size_t>(points);
  if (count == 0) {
    return true;
  }
  const Handle memory(H5Tcopy(type), &H5Tclose);
  if (H5Tis_variable_str(type) > 0) {
    std::vector<char*> pointers(count, nullptr);
    const bool good = read(memory.id(), pointers.data());
    if (good) {
      texts.reserve(count);
      for (const char* pointer : pointers) {
        texts.emplace_back(pointer == nullptr ? "" : pointer);
      }
    }
    H5Dvlen_reclaim(memory.id(), space, H5P_DEFAULT, pointers.data());
    return good;
  }
  const std::size_t size = H5Tget_size(type);
  std::vector<char> buffer(count * size);
  if (!read(memory.id(), buffer.data())) {
    return false;
  }
  texts.reserve(count);
  for (std::size_t number = 0; number < count; ++number) {
    texts.push_back(fixed_text_value(buffer.data() + number * size, size, H5Tget_strpad(type)));
  }
  return true;
}

} // namespace vigil::storage
