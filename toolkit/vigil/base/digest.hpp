// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace vigil {

/// SHA-256 over what is fed to it, in order (OpenSSL EVP).
class Digest {
public:
  Digest();
  ~Digest();
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;

  void add(std::span<const std::byte> bytes);
  /// A text with its length, so that ("ab", "c") and ("a", "bc") differ.
  void add(std::string_view text);
  /// Values as their bytes, with their count.
  template <class Value>
  void add_values(std::span<const Value> values) {
    const auto count = static_cast<unsigned long long>(values.size());
    add(std::as_bytes(std::span(&count, 1)));
    add(std::as_bytes(values));
  }
  /// The 64 hexadecimal digits; nothing may be added afterwards.
  [[nodiscard]] std::string hex();

private:
  struct State;
  std::unique_ptr<State> state_;
};

/// SHA-256 of a file's bytes. Throws InputError when it cannot be read.
[[nodiscard]] std::string file_digest(const std::filesystem::path& file);

} // namespace vigil
