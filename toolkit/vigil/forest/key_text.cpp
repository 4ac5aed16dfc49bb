// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/key_text.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"

#include <array>
#include <bit>
#include <limits>
#include <vector>

namespace vigil::forest {

std::string text_of(const RandomKey& key) {
  std::vector<std::string> words;
  for (const std::uint32_t word : key.words()) {
    words.push_back(number_text(Index{word}));
  }
  return join(words, " ");
}

RandomKey key_of(const std::string& text) {
  const auto written = split(text, ' ');
  std::array<std::uint32_t, 4> words{};
  bool valid = written.size() == words.size();
  for (std::size_t place = 0; valid && place < words.size(); ++place) {
    const Index word = parse_index(written[place]).value_or(no_index);
    valid = word >= 0 && word <= Index{std::numeric_limits<std::uint32_t>::max()};
    words.at(place) = static_cast<std::uint32_t>(valid ? word : 0);
  }
  if (!valid) {
    throw InputError({.where = "record \"survival-forest\", entry 'key'",
                      .found = quoted(text),
                      .expected = "four whole numbers of 32 bits",
                      .remedy = "the model file is damaged: fit it again",
                      .problem = "cannot read the stored model"});
  }
  static_assert(sizeof(RandomKey) == sizeof(words)); // an address is its words
  return std::bit_cast<RandomKey>(words);
}

} // namespace vigil::forest
