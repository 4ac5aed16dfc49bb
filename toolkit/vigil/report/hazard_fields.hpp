// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/report/report.hpp"
#include "vigil/report/row_type.hpp"

/// A part of fields.hpp: tests of proportional hazards.
namespace vigil::report {

template <class Visitor, Is<HazardTestRow> Row>
void columns(Visitor& visit, Row& row) {
  visit("learner", row.learner);
  visit("feature", row.feature);
  visit("chi_square", row.chi_square);
  visit("degrees_of_freedom", row.degrees_of_freedom);
  visit("p", row.p);
  visit("undefined_because", row.undefined_because);
}

template <class Visitor, Is<HazardTestRow> Row>
void fields(Visitor& visit, Row& row) {
  columns(visit, row);
}

} // namespace vigil::report
