// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"

#include <Random123/philox.h>
#include <bit>
#include <cmath>
#include <immintrin.h>

namespace vigil {

std::array<std::uint32_t, 4> philox(const std::array<std::uint32_t, 4>& counter,
                                    const std::array<std::uint32_t, 2>& key) noexcept {
  r123::Philox4x32::ctr_type position{};
  r123::Philox4x32::key_type secret{};
  for (std::size_t word = 0; word < 4; ++word) {
    position[word] = counter.at(word);
  }
  secret[0] = key[0];
  secret[1] = key[1];
  const auto block = r123::Philox4x32{}(position, secret);
  return {block[0], block[1], block[2], block[3]};
}

namespace {

constexpr std::array<std::uint32_t, 2> purpose_key{0x76696769U, 0x6c2d7075U}; // "vigil-pu"
constexpr std::array<std::uint32_t, 2> number_key{0x76696769U, 0x6c2d6e75U};  // "vigil-nu"
constexpr std::array<std::uint32_t, 2> seed_key{0x76696769U, 0x6c2d7365U};    // "vigil-se"

using Words = std::array<std::uint32_t, 4>;

/// Davies-Meyer step: the address enters the block and is added again, so that no part is lost.
Words fold(const Words& address,
           const Words& part,
           const std::array<std::uint32_t, 2>& key) noexcept {
  Words mixed{};
  for (std::size_t word = 0; word < 4; ++word) {
    mixed.at(word) = address.at(word) ^ part.at(word);
  }
  Words result = philox(mixed, {key[0] ^ address[0], key[1] ^ address[1]});
  for (std::size_t word = 0; word < 4; ++word) {
    result.at(word) ^= address.at(word) + (part.at(word) << 1U);
  }
  return philox(result, key);
}

std::uint32_t low_half(std::uint64_t value) noexcept {
  return static_cast<std::uint32_t>(value & 0xffffffffU);
}

std::uint32_t high_half(std::uint64_t value) noexcept {
  return static_cast<std::uint32_t>(value >> 32U);
}

std::uint64_t whole(std::uint32_t low, std::uint32_t high) noexcept {
  return (static_cast<std::uint64_t>(high) << 32U) | low;
}

/// Four blocks of Philox 4x32-10 at once, as philox makes them (Salmon et al. 2011). A word of all four is in the low halves of
/// the lanes; the high halves say nothing.
struct FourBlocks {
  using FourWords = std::uint64_t __attribute__((vector_size(32)));
  std::array<FourWords, 4> word;

  void round(std::uint32_t first_key, std::uint32_t second_key) noexcept {
    const FourWords first = product(word[0], 0xD2511F53U), second = product(word[2], 0xCD9E8D57U);
    word = {(second >> 32U) ^ word[1] ^ first_key,
            second,
            (first >> 32U) ^ word[3] ^ second_key,
            first};
  }

private:
  /// Of the low halves.
  static FourWords product(FourWords words, std::uint32_t factor) noexcept {
    return std::bit_cast<FourWords>(
        _mm256_mul_epu32(std::bit_cast<__m256i>(words), _mm256_set1_epi64x(factor)));
  }
};

/// The numbers of eight blocks of a stream, two of each block.
void philox_eight(std::uint64_t counter,
                  const Words& words,
                  std::array<std::uint64_t, 16>& numbers) noexcept {
  using FourWords = FourBlocks::FourWords;
  std::array<FourBlocks, 2> blocks;
  for (std::size_t half = 0; half < 2; ++half) {
    const FourWords counters = FourWords{0, 1, 2, 3} + (counter + 4 * half);
    blocks[half].word = {counters, counters >> 32U, FourWords{} + words[2], FourWords{} + words[3]};
  }
  std::uint32_t first_key = words[0], second_key = words[1];
  for (int round = 0; round < 10; ++round) {
    blocks[0].round(first_key, second_key);
    blocks[1].round(first_key, second_key);
    first_key += 0x9E3779B9U;
    second_key += 0xBB67AE85U;
  }
  for (std::size_t block = 0; block < 8; ++block) {
    const auto word = [&](std::size_t number) {
      return low_half(blocks[block / 4].word[number][block % 4]);
    };
    numbers[2 * block] = whole(word(0), word(1));
    numbers[2 * block + 1] = whole(word(2), word(3));
  }
}

} // namespace

RandomKey::RandomKey(std::uint64_t study_seed) noexcept
    : words_(philox({low_half(study_seed), high_half(study_seed), 0, 0}, seed_key)) {}

RandomKey RandomKey::child(std::string_view purpose) const noexcept {
  Words address = words_;
  std::uint32_t piece = 0;
  for (std::size_t start = 0; start <= purpose.size(); start += 12) {
    Words part{};
    for (std::size_t letter = 0; letter < 12 && start + letter < purpose.size(); ++letter) {
      const auto byte =
          static_cast<std::uint32_t>(static_cast<unsigned char>(purpose[start + letter]));
      part.at(letter / 4) |= byte << (8U * (letter % 4));
    }
    part[3] = static_cast<std::uint32_t>(purpose.size()) ^ (++piece << 16U);
    address = fold(address, part, purpose_key);
  }
  return RandomKey(address);
}

RandomKey RandomKey::child(Index number) const noexcept {
  const auto bits = static_cast<std::uint64_t>(number);
  return RandomKey(fold(words_, {low_half(bits), high_half(bits), 0, 0}, number_key));
}

std::uint64_t RandomStream::bits() noexcept {
  if (next_ == end_) {
    refill();
  }
  return ahead_[next_++];
}

// Many streams end after a few numbers; one that goes on has eight blocks at a time.
void RandomStream::refill() noexcept {
  constexpr std::uint64_t few = 4;
  next_ = 0;
  if (counter_ >= few) {
    philox_eight(counter_, words_, ahead_);
    counter_ += ahead_.size() / 2;
    end_ = ahead_.size();
    return;
  }
  const Words block = philox({low_half(counter_), high_half(counter_), words_[2], words_[3]},
                             {words_[0], words_[1]});
  ++counter_;
  ahead_[0] = whole(block[0], block[1]);
  ahead_[1] = whole(block[2], block[3]);
  end_ = 2;
}

double RandomStream::uniform() noexcept {
  return std::ldexp(static_cast<double>(bits() >> 11U), -53);
}

Index RandomStream::index_below(Index bound) noexcept {
  __extension__ using Wide = unsigned __int128;
  const auto range = static_cast<std::uint64_t>(bound);
  Wide product = static_cast<Wide>(bits()) * range;
  auto low = static_cast<std::uint64_t>(product);
  if (low < range) {
    const std::uint64_t threshold = (0 - range) % range;
    while (low < threshold) {
      product = static_cast<Wide>(bits()) * range;
      low = static_cast<std::uint64_t>(product);
    }
  }
  return static_cast<Index>(static_cast<std::uint64_t>(product >> 64U));
}

double RandomStream::normal() noexcept {
  if (has_spare_) {
    has_spare_ = false;
    return spare_normal_;
  }
  constexpr double two_pi = 6.283185307179586476925286766559;
  const double radius = std::sqrt(-2.0 * std::log1p(-uniform()));
  const double angle = two_pi * uniform();
  spare_normal_ = radius * std::sin(angle);
  has_spare_ = true;
  return radius * std::cos(angle);
}

double RandomStream::exponential() noexcept {
  return -std::log1p(-uniform());
}

} // namespace vigil
