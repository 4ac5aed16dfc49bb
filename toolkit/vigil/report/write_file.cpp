// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/report/write_file.hpp"

#include "vigil/base/error.hpp"

#include <fstream>
#include <system_error>

namespace vigil::report {
namespace {

[[noreturn]] void refuse_place(const std::filesystem::path& file, const std::string& found) {
  throw ConfigError({.where = file.string(),
                     .found = found,
                     .expected = "a folder that can be written",
                     .remedy = "choose another place with --out",
                     .problem = "cannot write the results"});
}

} // namespace

void write_file(const std::filesystem::path& file, std::string_view text) {
  std::error_code failed;
  if (file.has_parent_path()) {
    std::filesystem::create_directories(file.parent_path(), failed);
    if (failed) {
      refuse_place(file.parent_path(), failed.message());
    }
  }
  std::filesystem::path part = file;
  part += ".part";
  std::ofstream out(part, std::ios::binary | std::ios::trunc);
  if (!out) {
    refuse_place(file, "the file cannot be opened for writing");
  }
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  out.close();
  if (!out) {
    std::filesystem::remove(part, failed);
    throw ResourceError({.where = file.string(),
                         .found = "the disk did not take the whole file",
                         .expected = "room for " + std::to_string(text.size()) + " bytes",
                         .remedy = "free disk space, or choose another place with --out",
                         .problem = "cannot write the results"});
  }
  std::filesystem::rename(part, file, failed);
  if (failed) {
    const std::string found = failed.message();
    std::filesystem::remove(part, failed);
    refuse_place(file, found);
  }
}

} // namespace vigil::report
