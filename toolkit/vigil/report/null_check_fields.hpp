// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/report/report.hpp"
#include "vigil/report/row_type.hpp"

/// The names of the null check in its table and in report.json; a part of fields.hpp.
namespace vigil::report {

template <class Visitor, Is<NullCheckRow> Row>
void columns(Visitor& visit, Row& row) {
  visit("learner", row.learner);
  visit("permutation", row.permutation);
  visit("within_centre_concordance", row.within_centre_concordance);
  visit("selected", row.selected);
}

template <class Visitor, Is<NullCheckVerdict> Row>
void fields(Visitor& visit, Row& row) {
  visit("learner", row.learner);
  visit("permutations", row.permutations);
  visit("concordance", row.concordance);
  visit("se", row.se);
  visit("limit", row.limit);
  visit("study_concordance", row.study_concordance);
  visit("selected", row.selected);
  visit("study_selected", row.study_selected);
  visit("candidates", row.candidates);
  visit("selection_limit", row.selection_limit);
  visit("most_selected", row.most_selected);
  visit("failed", row.failed);
  visit("because", row.because);
}

template <class Visitor, Is<NullCheckSummary> Row>
void fields(Visitor& visit, Row& row) {
  visit("form", row.form);
  visit("permutations", row.permutations);
  visit("resamples", row.resamples);
  visit("within_centre", row.within_centre);
  visit("failed", row.failed);
  visit("learners", row.learners);
}

} // namespace vigil::report
