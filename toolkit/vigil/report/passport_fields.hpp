// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/report/report.hpp"
#include "vigil/report/row_type.hpp"

/// As fields.hpp, of passport.tsv and replication.tsv.
namespace vigil::report {

template <class Visitor, Is<PassportRow> Row>
void columns(Visitor& visit, Row& row) {
  visit("learner", row.learner);
  visit("feature", row.feature);
  visit("known_at", row.known_at);
  visit("selection_frequency", row.frequency);
  visit("coefficient", row.coefficient);
  visit("z", row.z);
  visit("centres", row.centres);
  visit("same_sign", row.same_sign);
  visit("mu", row.mu);
  visit("lower", row.lower);
  visit("upper", row.upper);
  visit("tau2", row.tau2);
  visit("i2", row.i2);
  visit("q_p", row.q_p);
  visit("centre_share", row.centre_share);
  visit("centre_p", row.centre_p);
  visit("undefined_because", row.undefined_because);
}

template <class Visitor, Is<ReplicationRow> Row>
void columns(Visitor& visit, Row& row) {
  visit("feature", row.feature);
  visit("cohort", row.cohort);
  visit("subjects", row.subjects);
  visit("events", row.events);
  visit("estimate", row.estimate);
  visit("z", row.z);
  visit("p", row.p);
  visit("same_sign", row.same_sign);
  visit("undefined_because", row.undefined_because);
}

} // namespace vigil::report
