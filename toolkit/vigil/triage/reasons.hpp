// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace vigil::triage {

/// What a reason does: stops the run, or refers the subject to the board.
enum class Effect { refuses_run, refers };

/// One reason code. Codes are never renumbered: a gap is a condition that this version does not examine.
struct Reason {
  std::string_view code, summary, meaning;
  Effect effect;
};

inline constexpr Reason reasons[] = {
    {"R01",
     "horizon not supported",
     "fewer than 20 subjects are at risk beyond the horizon, or censoring survival there is below "
     "the limit",
     Effect::refuses_run},
    {"R02",
     "few events",
     "fewer than 20 subjects have the event: no actions are proposed",
     Effect::refuses_run},
    {"R05",
     "outside training range",
     "an input lies beyond the 0.5 % tails of the training subjects",
     Effect::refers},
    {"R07",
     "undecided",
     "the interval of the risk reduction lies on both sides of the two-way threshold",
     Effect::refers},
    {"R08", "input missing", "a required input, or a risk itself, is missing", Effect::refers},
    {"R09",
     "known too late",
     "a feature becomes known only after the moment of decision",
     Effect::refuses_run},
    {"R10",
     "out of scope",
     "the subject is not of the kind that the standing rule was made for",
     Effect::refers},
    {"R17",
     "high risk under both strategies",
     "the risk stays high whatever is done, or lies above the 95th training percentile while the "
     "risk after treatment is assumed: treatment is not expected to prevent the event",
     Effect::refers},
    {"R18",
     "benefit too small to be clear",
     "the risk reduction lies between the thresholds",
     Effect::refers},
    {"R19", "no interval", "there is no risk interval for this subject", Effect::refers},
    {"R20",
     "the rule refers",
     "the standing rule itself leaves this group to the board, or states no action for it",
     Effect::refers},
};

/// The reason with this code; a code that is not in the table is a programmer error.
[[nodiscard]] const Reason& reason(std::string_view code);

} // namespace vigil::triage
