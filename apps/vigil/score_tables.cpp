// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/vigil/score_tables.hpp"

#include "vigil/base/contract.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::app {

namespace {

using triage::BoardAs;
using triage::Score;
using triage::ScoreKind;

constexpr double no_margin = std::numeric_limits<double>::quiet_NaN();

/// One column of score.tsv: a number of one score.
struct ScoreField {
  const char* name;
  BoardAs board;
  ScoreKind kind;
  bool by_margin;
  double Score::*number;
};

constexpr std::array score_fields{
    ScoreField{"regret", BoardAs::care, ScoreKind::regret, false, &Score::estimate},
    ScoreField{"regret_se", BoardAs::care, ScoreKind::regret, false, &Score::se},
    ScoreField{
        "wrong_direction", BoardAs::care, ScoreKind::wrong_direction, true, &Score::estimate},
    ScoreField{"value", BoardAs::care, ScoreKind::value, false, &Score::estimate},
    ScoreField{
        "normalised_value", BoardAs::care, ScoreKind::normalised_value, false, &Score::estimate},
    ScoreField{"accuracy", BoardAs::care, ScoreKind::accuracy, true, &Score::estimate},
    ScoreField{"board_share", BoardAs::care, ScoreKind::board_share, false, &Score::estimate},
    ScoreField{"regret_lower", BoardAs::care, ScoreKind::regret, false, &Score::lower},
    ScoreField{"regret_upper", BoardAs::care, ScoreKind::regret, false, &Score::upper},
    ScoreField{
        "regret_monte_carlo_se", BoardAs::care, ScoreKind::regret, false, &Score::monte_carlo_se},
    ScoreField{
        "wrong_direction_lower", BoardAs::care, ScoreKind::wrong_direction, true, &Score::lower},
    ScoreField{
        "wrong_direction_upper", BoardAs::care, ScoreKind::wrong_direction, true, &Score::upper},
    ScoreField{"wrong_direction_monte_carlo_se",
               BoardAs::care,
               ScoreKind::wrong_direction,
               true,
               &Score::monte_carlo_se},
    ScoreField{
        "regret_clinical", BoardAs::care, ScoreKind::regret_clinical, false, &Score::estimate},
    ScoreField{"regret_latent", BoardAs::care, ScoreKind::regret_latent, false, &Score::estimate},
    ScoreField{"normalised_value_latent",
               BoardAs::care,
               ScoreKind::normalised_value_latent,
               false,
               &Score::estimate},
    ScoreField{"regret_worst", BoardAs::worst, ScoreKind::regret, false, &Score::estimate},
    ScoreField{"wrong_direction_worst",
               BoardAs::worst,
               ScoreKind::wrong_direction,
               true,
               &Score::estimate},
    ScoreField{"value_worst", BoardAs::worst, ScoreKind::value, false, &Score::estimate},
    ScoreField{"regret_excluded", BoardAs::excluded, ScoreKind::regret, false, &Score::estimate},
    ScoreField{"wrong_direction_excluded",
               BoardAs::excluded,
               ScoreKind::wrong_direction,
               true,
               &Score::estimate},
    ScoreField{"value_excluded", BoardAs::excluded, ScoreKind::value, false, &Score::estimate},
};

/// Reasons that are there, each once, in the order of the columns.
void add_reason(std::string& reasons, const ScoreField& field, const Score& score) {
  if (score.undefined_because.empty() || field.number != &Score::estimate) {
    return;
  }
  if (reasons.find(score.undefined_because) == std::string::npos) {
    reasons +=
        (reasons.empty() ? "" : "; ") + std::string(field.name) + ": " + score.undefined_because;
  }
}

/// The three meanings of the board at one horizon under one set of utilities.
using BoardWays = std::array<const ScoredGroup*, triage::board_ways.size()>;

/// In the order of the horizons, then of the utilities.
std::vector<BoardWays> cells_of(const std::vector<ScoredGroup>& all) {
  std::vector<BoardWays> cells;
  for (const auto& group : all) {
    if (group.board == BoardAs::care) {
      cells.push_back({});
    }
    VIGIL_EXPECTS(!cells.empty());
    cells.back().at(static_cast<std::size_t>(group.board)) = &group;
  }
  return cells;
}

} // namespace

const Score& ScoredGroup::find(ScoreKind kind, double margin) const {
  const auto found = std::find_if(scores.begin(), scores.end(), [&](const Score& score) {
    return score.kind == kind &&
           (score.margin == margin || (std::isnan(score.margin) && std::isnan(margin)));
  });
  VIGIL_EXPECTS(found != scores.end());
  return *found;
}

std::vector<storage::TableColumn> score_columns(const std::vector<ScoredGroup>& all,
                                                std::span<const double> margins,
                                                const ScoredTriage& triage) {
  std::vector<double> horizon, margin_column, triage_horizon;
  std::vector<std::string> utility, estimand, reasons;
  std::vector<Index> subjects;
  std::vector<std::vector<double>> numbers(score_fields.size());
  const auto cells = cells_of(all);
  for (std::size_t first = 0; first < cells.size();) {
    std::size_t end = first;
    while (end < cells.size() && cells[end][0]->horizon == cells[first][0]->horizon) {
      ++end;
    }
    for (const double margin : margins) {
      for (std::size_t cell = first; cell < end; ++cell) {
        std::string reason;
        for (std::size_t field = 0; field < score_fields.size(); ++field) {
          const auto& what = score_fields.at(field);
          const auto& group = *cells[cell].at(static_cast<std::size_t>(what.board));
          const Score& score = group.find(what.kind, what.by_margin ? margin : no_margin);
          numbers[field].push_back(score.*(what.number));
          add_reason(reason, what, score);
        }
        horizon.push_back(cells[cell][0]->horizon);
        margin_column.push_back(margin);
        utility.push_back(cells[cell][0]->utility);
        subjects.push_back(cells[cell][0]->find(ScoreKind::board_share, no_margin).subjects);
        triage_horizon.push_back(triage.horizon);
        estimand.push_back(triage.estimand);
        reasons.push_back(std::move(reason));
      }
    }
    first = end;
  }
  std::vector<storage::TableColumn> columns{
      {"horizon", horizon}, {"margin", margin_column}, {"utility", utility}};
  for (std::size_t field = 0; field < score_fields.size(); ++field) {
    columns.push_back({score_fields.at(field).name, numbers[field]});
  }
  columns.push_back({"subjects", subjects});
  columns.push_back({"triage_horizon", triage_horizon});
  columns.push_back({"triage_estimand", estimand});
  columns.push_back({"undefined_because", reasons});
  return columns;
}

std::vector<storage::TableColumn> detail_columns(const std::vector<ScoredGroup>& groups) {
  std::vector<double> horizon, margin;
  std::vector<std::string> utility, board, group_name, level, measure, reasons;
  std::vector<Index> subjects;
  constexpr std::array numbers{&Score::estimate,
                               &Score::se,
                               &Score::lower,
                               &Score::upper,
                               &Score::monte_carlo_se,
                               &Score::monte_carlo_lower,
                               &Score::monte_carlo_upper};
  constexpr std::array names{"estimate",
                             "se",
                             "lower",
                             "upper",
                             "monte_carlo_se",
                             "monte_carlo_lower",
                             "monte_carlo_upper"};
  std::vector<std::vector<double>> values(numbers.size());
  for (const auto& group : groups) {
    for (const auto& score : group.scores) {
      horizon.push_back(group.horizon);
      utility.push_back(group.utility);
      board.emplace_back(triage::name_of(group.board));
      group_name.push_back(group.group);
      level.push_back(group.level);
      measure.emplace_back(triage::name_of(score.kind));
      margin.push_back(score.margin);
      for (std::size_t place = 0; place < numbers.size(); ++place) {
        values[place].push_back(score.*(numbers.at(place)));
      }
      subjects.push_back(score.subjects);
      reasons.push_back(score.undefined_because);
    }
  }
  std::vector<storage::TableColumn> columns{{"horizon", horizon},
                                            {"utility", utility},
                                            {"board", board},
                                            {"group", group_name},
                                            {"level", level},
                                            {"measure", measure},
                                            {"margin", margin}};
  for (std::size_t place = 0; place < numbers.size(); ++place) {
    columns.push_back({names.at(place), values[place]});
  }
  columns.push_back({"subjects", subjects});
  columns.push_back({"undefined_because", reasons});
  return columns;
}

} // namespace vigil::app
