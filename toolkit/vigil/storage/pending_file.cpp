// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/storage/pending_file.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace vigil::storage {

PendingFile::PendingFile(std::filesystem::path target) : target_(std::move(target)) {
  temporary_ = target_.parent_path() / ("." + target_.filename().string() + "." +
                                        number_text(static_cast<Index>(::getpid())) + ".part");
  const int file = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) {
    throw ConfigError({.where = target_.string(),
                       .found = std::strerror(errno),
                       .expected = "a place where a file can be written",
                       .remedy = "create the folder, or name another one",
                       .problem = "cannot write " + target_.filename().string()});
  }
  ::close(file);
}

PendingFile::~PendingFile() {
  if (!temporary_.empty()) {
    std::error_code ignored;
    std::filesystem::remove(temporary_, ignored);
  }
}

void PendingFile::commit() {
  const int file = ::open(temporary_.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = file >= 0 && ::fsync(file) == 0;
  const int reason = errno;
  if (file >= 0) {
    ::close(file);
  }
  if (!synced) {
    fail(std::strerror(reason));
  }
  std::error_code failure;
  std::filesystem::rename(temporary_, target_, failure);
  if (failure) {
    fail(failure.message());
  }
  temporary_.clear();
}

void PendingFile::fail(const std::string& reason) const {
  throw ResourceError({.where = target_.string(),
                       .found = reason,
                       .expected = "room on the disk for the whole file",
                       .remedy = "free some space, or write to another disk",
                       .problem = "cannot write " + target_.filename().string()});
}

} // namespace vigil::storage
