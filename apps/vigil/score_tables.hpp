// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/storage/table_file.hpp"
#include "vigil/triage/score.hpp"

#include <string>
#include <vector>

namespace vigil::app {

/// The scores of some subjects at one horizon, under one set of utilities, with one meaning of the board.
struct ScoredGroup {
  double horizon = 0.0;
  std::string utility;
  triage::BoardAs board = triage::BoardAs::care;
  std::string group, level; ///< "all" and "", "size" and "10-15", "centre" and its name
  std::vector<triage::Score> scores;

  /// The one of this kind and margin (NaN: of no margin).
  [[nodiscard]] const triage::Score& find(triage::ScoreKind kind, double margin) const;
};

/// What the triage was made for, for the columns that say so.
struct ScoredTriage {
  double horizon; ///< NaN: none
  std::string estimand;
};

/// score.tsv: one row for each horizon, margin and utility of the groups "all", in their order.
/// Columns: docs/outputs.md.
[[nodiscard]] std::vector<storage::TableColumn> score_columns(const std::vector<ScoredGroup>& all,
                                                              std::span<const double> margins,
                                                              const ScoredTriage& triage);

/// score_details.tsv: one row for each score of every group.
[[nodiscard]] std::vector<storage::TableColumn>
detail_columns(const std::vector<ScoredGroup>& groups);

} // namespace vigil::app
