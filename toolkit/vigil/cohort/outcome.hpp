// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace vigil {

/// Time to one event. `entry` empty: everybody is under observation from 0. event: 1 = happened, 0 = censored.
struct SurvivalOutcome {
  std::vector<double> entry, time;
  std::vector<std::uint8_t> event;
};

/// Time to the first of several events. cause: 0 = censored, k = cause_names[k - 1]. follow_up_end: until when a subject was, or
/// would have been, under observation; empty: not known.
struct CompetingRisksOutcome {
  std::vector<double> entry, time;
  std::vector<std::uint8_t> cause;
  std::vector<std::string> cause_names;
  std::vector<double> follow_up_end = {};
};

struct BinaryOutcome {
  std::vector<std::uint8_t> label;
};

struct CountOutcome {
  std::vector<double> count;
};

struct ContinuousOutcome {
  std::vector<double> value;
  std::string unit;
};

using Outcome = std::
    variant<SurvivalOutcome, CompetingRisksOutcome, BinaryOutcome, CountOutcome, ContinuousOutcome>;

[[nodiscard]] Index subjects_of(const Outcome& outcome);
/// "survival", "competing risks", "binomial", "poisson" or "gaussian".
[[nodiscard]] std::string_view name_of(const Outcome& outcome) noexcept;
/// True for the times to one or several events.
[[nodiscard]] bool has_times(const Outcome& outcome) noexcept;

/// Checks every row: time > 0 and finite, entry < time, end of follow-up not before time, event 0 or 1, cause within the
/// names. Throws InputError that names the bad subjects; `time_name` and `event_name` are the columns as the user knows them.
void check_outcome(const Outcome& outcome,
                   std::span<const std::string> subject_ids,
                   const std::string& time_name,
                   const std::string& event_name);

/// The outcome of the listed subjects, in that order.
[[nodiscard]] Outcome select_subjects(const Outcome& outcome, std::span<const Index> subjects);

} // namespace vigil
