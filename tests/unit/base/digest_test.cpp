// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/digest.hpp"
#include "vigil/base/error.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace {

// FIPS 180-4 example: SHA-256("abc").
TEST(Digest, AgreesWithThePublishedExample) {
  vigil::Digest digest;
  const std::string_view text = "abc";
  digest.add(std::as_bytes(std::span(text.data(), text.size())));
  EXPECT_EQ(digest.hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Digest, TextsAreDelimited) {
  vigil::Digest left, right;
  left.add("ab");
  left.add("c");
  right.add("a");
  right.add("bc");
  EXPECT_NE(left.hex(), right.hex());
}

TEST(Digest, NamesTheFileThatCannotBeRead) {
  try {
    static_cast<void>(vigil::file_digest("no/such/file.h5ad"));
    FAIL();
  } catch (const vigil::InputError& error) {
    EXPECT_EQ(error.fault().where, "no/such/file.h5ad");
    EXPECT_EQ(error.exit_code(), 3);
  }
}

} // namespace
