// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/report/assets.hpp"
#include "vigil/report/report.hpp"

#include <filesystem>
#include <string>

namespace vigil::report {

/// report.html: one file that loads nothing. A content security policy allows this page's own style and script by their
/// SHA-256 only, no eval. Holds no subject names, clock, host or path. In a build without npm the figures are
/// replaced by their tables, and the page says why.
[[nodiscard]] std::string html_text(const Report& report, const Assets& assets = embedded_assets());

/// Writes it as `directory`/report.html, whole or not at all. Throws ConfigError, ResourceError.
void write_html(const Report& report, const std::filesystem::path& directory);

} // namespace vigil::report
