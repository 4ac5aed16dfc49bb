// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/parallel/scheduler.hpp"
#include "vigil/simulate/net/best_rule.hpp"

#include <filesystem>
#include <span>
#include <string>

namespace vigil::app {

/// The cohort as analysts see it: docs/outputs.md, "vigil simulate net".
void write_net_cohort(const std::filesystem::path& file,
                      const simulate::net::Cohort& cohort,
                      Scheduler& scheduler);

/// What nobody sees: expectations in both arms, classes, best rules, axes, planted features.
void write_net_truth(const std::filesystem::path& file,
                     const simulate::net::Cohort& cohort,
                     std::span<const simulate::net::PatientTruth> truth,
                     Scheduler& scheduler);

/// The design with every constant, as text: two cohorts with the same text are the same.
[[nodiscard]] std::string net_design_text(const simulate::net::Design& design);

} // namespace vigil::app
