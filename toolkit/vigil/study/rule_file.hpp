// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/triage/standing_rules.hpp"

#include <filesystem>

namespace vigil {

/// Reads a standing rule: docs/formats/rule.md, TOML 1.0. Every example of the file is computed; a rule whose own examples do
/// not come out is refused.
///
/// Throws ConfigError with the place for text that is not TOML, unknown keys and inputs, conditions that cannot be read, a
/// last group that does not hold always, groups behind one that does, and examples that come out otherwise.
/// checked by tests/unit/study/rule_file_test
[[nodiscard]] triage::StandingRule read_rule(const std::filesystem::path& file);

} // namespace vigil
