// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/report/row_type.hpp"
#include "vigil/triage/risk_control.hpp"

/// The names of risk control in report.json; a part of fields.hpp.
namespace vigil::report {

template <class Visitor, Is<triage::RiskTest> Row>
void fields(Visitor& visit, Row& row) {
  visit("test", row.test);
  visit("risk", row.risk);
  visit("p", row.p);
  visit("passes", row.passes);
  visit("undefined_because", row.undefined_because);
}

template <class Visitor, Is<triage::SampleSize> Row>
void fields(Visitor& visit, Row& row) {
  visit("risk", row.risk);
  visit("first", row.first);
  visit("from", row.from);
}

template <class Visitor, Is<triage::RiskControl> Row>
void fields(Visitor& visit, Row& row) {
  visit("horizon", row.horizon);
  visit("alpha", row.alpha);
  visit("delta", row.delta);
  visit("subjects", row.subjects);
  visit("events", row.events);
  visit("left_before", row.left_before);
  visit("censoring_p", row.censoring_p);
  visit("tipping_point", row.tipping_point);
  visit("tests", row.tests);
  visit("decided_by", row.decided_by);
  visit("controlled", row.controlled);
  visit("verdict", row.verdict);
  visit("sample_sizes", row.sample_sizes);
}

} // namespace vigil::report
