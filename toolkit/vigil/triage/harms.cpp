// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/triage/harms.hpp"

#include "vigil/base/contract.hpp"
#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"

#include <cmath>

namespace vigil::triage {

namespace {

[[noreturn]] void refuse(const std::string& where,
                         const std::string& key,
                         double found,
                         const std::string& expected,
                         const std::string& remedy) {
  throw ConfigError({.where = where + ", " + key,
                     .found = number_text(found),
                     .expected = expected,
                     .remedy = remedy,
                     .problem = "cannot use the declared harms"});
}

} // namespace

void check_harms(const Harms& harms, const std::string& where) {
  if (!(std::isfinite(harms.missed_event) && harms.missed_event > 0.0)) {
    refuse(where,
           "missed_event",
           harms.missed_event,
           "a harm above 0",
           "give the harm of one missed event, the unit of the other harms; usually 1");
  }
  if (!(harms.resection > 0.0 && harms.resection < harms.missed_event)) {
    refuse(where,
           "resection",
           harms.resection,
           "a harm above 0 and below missed_event (" + number_text(harms.missed_event) + ")",
           "where a resection does as much harm as the event, nobody should be resected: no rule "
           "is needed");
  }
  if (!(std::isfinite(harms.board) && harms.board >= 0.0)) {
    refuse(where,
           "board",
           harms.board,
           "a cost of 0 or more",
           "give the cost of one referral in the unit of missed_event");
  }
  if (!(harms.board_skill >= 0.0 && harms.board_skill <= 1.0)) {
    refuse(where,
           "board_skill",
           harms.board_skill,
           "a share from 0 (useless) to 1 (oracle)",
           "give the share of the value of perfect foresight that the board's work-up captures");
  }
  if (harms.ratio_is_assumed() &&
      !(harms.residual_risk_ratio >= 0.0 && harms.residual_risk_ratio < 1.0)) {
    refuse(where,
           "residual_risk_ratio",
           harms.residual_risk_ratio,
           "a ratio from 0 (resection removes all risk) to below 1",
           "give the share of the risk that is left after resection");
  }
}

Thresholds thresholds(const Harms& harms) {
  VIGIL_EXPECTS(harms.resection > 0.0 && harms.resection < harms.missed_event);
  const double two_way = harms.resection / harms.missed_event;
  if (harms.board_skill > 0.0) {
    const double gain = harms.missed_event - harms.resection;
    const double low = harms.board / (harms.board_skill * gain);
    const double high = 1.0 - harms.board / (harms.board_skill * harms.resection);
    if (low < two_way && two_way < high) {
      return {.observe_below = low,
              .two_way = two_way,
              .resect_above = high,
              .board_zone_exists = true};
    }
  }
  return {.observe_below = two_way,
          .two_way = two_way,
          .resect_above = two_way,
          .board_zone_exists = false};
}

Thresholds on_risk(const Thresholds& on_reduction, double residual_risk_ratio) {
  VIGIL_EXPECTS(residual_risk_ratio >= 0.0 && residual_risk_ratio < 1.0);
  const double removed = 1.0 - residual_risk_ratio;
  return {.observe_below = on_reduction.observe_below / removed,
          .two_way = on_reduction.two_way / removed,
          .resect_above = on_reduction.resect_above / removed,
          .board_zone_exists = on_reduction.board_zone_exists};
}

void check_alpha_observe(double alpha_observe, const Harms& harms, const std::string& where) {
  const Thresholds limits = thresholds(harms);
  const double treatment = harms.ratio_is_assumed()
                               ? on_risk(limits, harms.residual_risk_ratio).two_way
                               : limits.two_way;
  if (!(alpha_observe > 0.0 && alpha_observe <= treatment)) {
    throw ConfigError(
        {.where = where,
         .found = number_text(alpha_observe),
         .expected =
             "a risk above 0 and at most the treatment threshold, " + fixed_text(treatment, 3),
         .remedy = "choose a smaller risk for the observed group, or declare other harms",
         .problem = "cannot call this risk acceptable under observation"});
  }
}

} // namespace vigil::triage
