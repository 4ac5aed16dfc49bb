// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <array>
#include <cmath>
#include <set>
#include <vector>

namespace {

using vigil::RandomKey;
using vigil::RandomStream;
using Words = std::array<std::uint32_t, 4>;

// Known answers published with Random123 1.09 (kat_vectors, philox4x32 10).
TEST(Philox, AgreesWithTheKnownAnswers) {
  EXPECT_EQ(vigil::philox({0, 0, 0, 0}, {0, 0}),
            (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  const std::uint32_t ones = 0xffffffff;
  EXPECT_EQ(vigil::philox({ones, ones, ones, ones}, {ones, ones}),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(
      vigil::philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
      (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(RandomKey, EveryAddressIsItsOwn) {
  const RandomKey root(7);
  std::set<Words> seen;
  std::size_t made = 0;
  const auto note = [&](const RandomKey& key) {
    seen.insert(key.words());
    ++made;
  };
  note(root);
  note(RandomKey(8));
  for (const char* purpose :
       {"tree", "fold", "fit", "", "a purpose that is longer than twelve letters"}) {
    note(root.child(purpose));
    for (vigil::Index number = -2; number < 500; ++number) {
      note(root.child(purpose).child(number));
    }
  }
  for (vigil::Index number = 0; number < 500; ++number) {
    note(root.child(number));
  }
  EXPECT_EQ(seen.size(), made);
  EXPECT_EQ(root.child("tree").child(17), RandomKey(7).child("tree").child(17));
  EXPECT_NE(root.child("ab").child("c"), root.child("a").child("bc"));
}

// A stream reads blocks of its address one after another; a long one has eight at a time.
TEST(RandomStream, ReadsTheBlocksOfItsAddressInOrder) {
  const RandomKey key = RandomKey(7).child("blocks");
  const Words& words = key.words();
  RandomStream stream(key);
  for (std::uint32_t block = 0; block < 100; ++block) {
    const Words expected = vigil::philox({block, 0, words[2], words[3]}, {words[0], words[1]});
    for (std::size_t half = 0; half < 2; ++half) {
      const auto bits =
          (static_cast<std::uint64_t>(expected[2 * half + 1]) << 32U) | expected[2 * half];
      EXPECT_EQ(stream.uniform(), std::ldexp(static_cast<double>(bits >> 11U), -53)) << block;
    }
  }
}

TEST(RandomStream, UniformHasTheMomentsOfItsLaw) {
  RandomStream stream(RandomKey(1).child("uniform"));
  const int draws = 100000;
  double total = 0.0, squares = 0.0;
  for (int draw = 0; draw < draws; ++draw) {
    const double value = stream.uniform();
    ASSERT_GE(value, 0.0);
    ASSERT_LT(value, 1.0);
    total += value;
    squares += value * value;
  }
  EXPECT_NEAR(total / draws, 0.5, vigil::test::monte_carlo(std::sqrt(1.0 / 12.0 / draws)));
  EXPECT_NEAR(squares / draws, 1.0 / 3.0, vigil::test::monte_carlo(std::sqrt(4.0 / 45.0 / draws)));
}

TEST(RandomStream, NormalAndExponentialHaveTheMomentsOfTheirLaws) {
  RandomStream stream(RandomKey(1).child("normal"));
  const int draws = 100000;
  double total = 0.0, squares = 0.0, waits = 0.0;
  for (int draw = 0; draw < draws; ++draw) {
    const double value = stream.normal();
    total += value;
    squares += value * value;
    waits += stream.exponential();
  }
  EXPECT_NEAR(total / draws, 0.0, vigil::test::monte_carlo(std::sqrt(1.0 / draws)));
  EXPECT_NEAR(squares / draws, 1.0, vigil::test::monte_carlo(std::sqrt(2.0 / draws)));
  EXPECT_NEAR(waits / draws, 1.0, vigil::test::monte_carlo(std::sqrt(1.0 / draws)));
}

TEST(RandomStream, IndexBelowReachesEveryValueEvenly) {
  RandomStream stream(RandomKey(3));
  std::array<int, 7> counts{};
  const int draws = 70000;
  for (int draw = 0; draw < draws; ++draw) {
    ++counts.at(static_cast<std::size_t>(stream.index_below(7)));
  }
  for (const int count : counts) {
    EXPECT_NEAR(
        count, 10000, vigil::test::monte_carlo(std::sqrt(draws * (1.0 / 7) * (6.0 / 7))) + 40);
  }
  EXPECT_EQ(stream.index_below(1), 0);
}

} // namespace
