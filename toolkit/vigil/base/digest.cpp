// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/digest.hpp"

#include "vigil/base/contract.hpp"
#include "vigil/base/error.hpp"

#include <array>
#include <cstdio>
#include <openssl/evp.h>
#include <vector>

namespace vigil {

struct Digest::State {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(),
                                                                  &EVP_MD_CTX_free};
};

Digest::Digest() : state_(std::make_unique<State>()) {
  VIGIL_EXPECTS(state_->context != nullptr &&
                EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr) == 1);
}

Digest::~Digest() = default;
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;

void Digest::add(std::span<const std::byte> bytes) {
  VIGIL_EXPECTS(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1);
}

void Digest::add(std::string_view text) {
  add_values(std::span<const char>(text.data(), text.size()));
}

std::string Digest::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int size = 0;
  VIGIL_EXPECTS(EVP_DigestFinal_ex(state_->context.get(), bytes.data(), &size) == 1);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (unsigned int position = 0; position < size; ++position) {
    text += digits[bytes.at(position) >> 4U];
    text += digits[bytes.at(position) & 15U];
  }
  return text;
}

std::string file_digest(const std::filesystem::path& file) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> input(std::fopen(file.c_str(), "rb"),
                                                              &std::fclose);
  if (!input) {
    throw InputError({.where = file.string(),
                      .found = "the file cannot be opened",
                      .expected = "a readable file",
                      .remedy = "check the path and its permissions"});
  }
  Digest digest;
  std::vector<std::byte> buffer(std::size_t{1} << 20U);
  while (const auto read = std::fread(buffer.data(), 1, buffer.size(), input.get())) {
    digest.add(std::span<const std::byte>(buffer.data(), read));
  }
  return digest.hex();
}

} // namespace vigil
