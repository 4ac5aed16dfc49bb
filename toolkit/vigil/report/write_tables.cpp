// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/report/write_tables.hpp"

#include "vigil/base/text.hpp"
#include "vigil/report/fields.hpp"
#include "vigil/report/write_file.hpp"

#include <string_view>

namespace vigil::report {
namespace {

std::string cell(const std::string& text) {
  std::string result = text.empty() ? "NA" : text;
  for (char& letter : result) {
    if (letter == '\t' || letter == '\n' || letter == '\r') {
      letter = ' ';
    }
  }
  return result;
}
std::string cell(double value) {
  return number_text(value);
}
std::string cell(Index value) {
  return number_text(value);
}
std::string cell(triage::Action action) {
  return std::string(name_of(action));
}
std::string cell(const std::vector<std::string>& parts) {
  return cell(join(parts, ";"));
}

struct Header {
  std::string line;
  template <class Value>
  void operator()(std::string_view name, const Value& /*value*/) {
    line.append(line.empty() ? "" : "\t").append(name);
  }
};

struct Line {
  std::string line;
  template <class Value>
  void operator()(std::string_view /*name*/, const Value& value) {
    line.append(line.empty() ? "" : "\t").append(cell(value));
  }
};

template <class Row>
std::string header_line() {
  const Row row{};
  Header header;
  columns(header, row);
  return header.line + "\n";
}

template <class Row>
std::string row_line(const Row& row) {
  Line line;
  columns(line, row);
  return line.line + "\n";
}

template <class Row>
std::string whole_table(std::span<const Row> rows) {
  std::string text = header_line<Row>();
  for (const Row& row : rows) {
    text += row_line(row);
  }
  return text;
}

double number_or_missing(const std::vector<double>& values, std::size_t position) {
  return position < values.size() ? values[position] : not_available;
}

} // namespace

std::string table_text(std::span<const PerformanceRow> rows) {
  return whole_table(rows);
}
std::string table_text(std::span<const ComparisonRow> rows) {
  return whole_table(rows);
}
std::string table_text(std::span<const CentreRow> rows) {
  std::string text = header_line<CentreRow>();
  for (CentreRow row : rows) {
    if (row.centre.empty()) {
      row.centre = "(pooled)";
    }
    text += row_line(row);
  }
  return text;
}
std::string table_text(std::span<const FoldRow> rows) {
  return whole_table(rows);
}
std::string table_text(std::span<const SelectedFeatureRow> rows) {
  return whole_table(rows);
}
std::string table_text(std::span<const CoefficientRow> rows) {
  return whole_table(rows);
}
std::string table_text(std::span<const HazardTestRow> rows) {
  return whole_table(rows);
}
std::string table_text(std::span<const PassportRow> rows) {
  return whole_table(rows);
}
std::string table_text(std::span<const ReplicationRow> rows) {
  return whole_table(rows);
}
std::string table_text(std::span<const ImportanceRow> rows) {
  return whole_table(rows);
}
std::string table_text(std::span<const CutPointRow> rows) {
  return whole_table(rows);
}
std::string table_text(std::span<const NullCheckRow> rows) {
  return whole_table(rows);
}
std::string table_text(std::span<const ForestSummary> forests) {
  std::string text = "learner\t" + header_line<ForestErrorRow>();
  for (const ForestSummary& forest : forests) {
    for (const ForestErrorRow& row : forest.error) {
      text += cell(forest.learner) + "\t" + row_line(row);
    }
  }
  return text;
}
std::string table_text(std::span<const triage::TriageRow> rows) {
  return whole_table(rows);
}

std::string table_text(std::span<const CohortFlow> flows) {
  std::string text = header_line<FlowStep>();
  for (const CohortFlow& flow : flows) {
    for (FlowStep step : flow.steps) {
      if (!flow.id.empty()) {
        step.step = flow.id + ": " + step.step;
      }
      text += row_line(step);
    }
  }
  return text;
}

std::string table_text(const PredictionTable& predictions) {
  std::string text = "learner\tscheme\trepeat\tfold\tsubject\tcentre\ttime\tevent\tscore";
  for (const double horizon : predictions.horizons) {
    for (const char* name : {"risk@", "lower@", "upper@"}) {
      text.append("\t").append(name).append(number_text(horizon));
    }
  }
  text += "\n";
  for (const PredictionRow& row : predictions.rows) {
    Line line;
    line("learner", row.learner);
    line("scheme", row.scheme);
    line("repeat", row.repeat);
    line("fold", row.fold);
    line("subject", row.subject);
    line("centre", row.centre);
    line("time", row.time);
    line("event", row.event);
    line("score", row.score);
    for (std::size_t h = 0; h < predictions.horizons.size(); ++h) {
      line("risk", number_or_missing(row.risk, h));
      line("lower", number_or_missing(row.lower, h));
      line("upper", number_or_missing(row.upper, h));
    }
    text.append(line.line).append("\n");
  }
  return text;
}

std::vector<NamedText> tables_of(const Report& report) {
  std::vector<NamedText> tables;
  tables.push_back({"performance.tsv", table_text(std::span(report.performance))});
  tables.push_back({"comparisons.tsv", table_text(std::span(report.comparisons))});
  tables.push_back({"predictions.tsv", table_text(report.predictions)});
  tables.push_back({"folds.tsv", table_text(std::span(report.folds))});
  tables.push_back({"selected_features.tsv", table_text(std::span(report.selected_features))});
  tables.push_back({"coefficients.tsv", table_text(std::span(report.coefficients))});
  tables.push_back(
      {"proportional_hazards.tsv", table_text(std::span(report.proportional_hazards))});
  tables.push_back({"passport.tsv", table_text(std::span(report.passport))});
  tables.push_back({"replication.tsv", table_text(std::span(report.replication))});
  tables.push_back({"importance.tsv", table_text(std::span(report.importance))});
  tables.push_back({"forest_error.tsv", table_text(std::span(report.forests))});
  if (report.triage) {
    tables.push_back({"triage.tsv", table_text(std::span(report.triage->rows))});
  }
  if (!report.cut_points.empty()) {
    tables.push_back({"cut_points.tsv", table_text(std::span(report.cut_points))});
  }
  if (report.null_check) {
    tables.push_back({"null_check.tsv", table_text(std::span(report.null_permutations))});
  }
  tables.push_back({"centres.tsv", table_text(std::span(report.centres))});
  tables.push_back({"cohort_flow.tsv", table_text(std::span(report.flows))});
  return tables;
}

void write_tables(const Report& report, const std::filesystem::path& directory) {
  for (const NamedText& table : tables_of(report)) {
    write_file(directory / table.name, table.text);
  }
}

} // namespace vigil::report
