// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/random.hpp"

#include <string>

namespace vigil::forest {

/// The address of a forest's randomness as its record holds it, and back: four words.
/// checked by tests/unit/forest/forest_weights_test
[[nodiscard]] std::string text_of(const RandomKey& key);
/// Throws InputError for a text that is no address.
[[nodiscard]] RandomKey key_of(const std::string& text);

} // namespace vigil::forest
