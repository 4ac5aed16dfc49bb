// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace vigil::report {

/// What the build embedded for the page. Without npm at build time `script` and `templates` are empty and
/// `missing` says why.
struct Assets {
  std::string_view style;     ///< report.css
  std::string_view script;    ///< Vega, its interpreter and figures.mjs in one file
  std::string_view templates; ///< JSON object: figure name -> Vega specification
  std::string_view missing;   ///< why there are no figures; empty when there are
};

[[nodiscard]] Assets embedded_assets() noexcept;

} // namespace vigil::report
