// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/cohort/feature_info.hpp"

#include <array>

namespace vigil {

namespace {

constexpr std::array<std::string_view, 6> moment_names{
    "baseline", "imaging", "biopsy", "operative", "pathology", "followup"};

} // namespace

std::string_view name_of(KnownAt moment) noexcept {
  return moment_names[static_cast<std::size_t>(moment)];
}

std::optional<KnownAt> parse_known_at(std::string_view text) noexcept {
  for (std::size_t moment = 0; moment < moment_names.size(); ++moment) {
    if (text == moment_names[moment]) {
      return static_cast<KnownAt>(moment);
    }
  }
  return std::nullopt;
}

} // namespace vigil
