// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/report/figures.hpp"

#include "vigil/base/text.hpp"
#include "vigil/report/assets.hpp"
#include "vigil/report/write_file.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

namespace vigil::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr Index most_svg_marks = 2000;

Json value_at(const FigureColumn& column, Index row) {
  if (const auto* numbers = std::get_if<std::vector<double>>(&column.values)) {
    const double value = four_digits((*numbers)[at(row)]);
    return std::isfinite(value) ? Json(value) : Json(nullptr);
  }
  return std::get<std::vector<std::string>>(column.values)[at(row)];
}

// Every string of the specification that is `@name` becomes the text of that name.
void fill_texts(Json& node, const Figure& figure) {
  if (node.is_string()) {
    const auto& text = node.get_ref<const std::string&>();
    for (const auto& [name, value] : figure.texts) {
      if (text == "@" + name) {
        node = value;
        return;
      }
    }
  } else if (node.is_structured()) {
    for (Json& child : node) {
      fill_texts(child, figure);
    }
  }
}

void fill_signals(Json& spec, const Figure& figure) {
  for (Json& signal : spec["signals"]) {
    for (const auto& [name, value] : figure.numbers) {
      if (signal.at("name") == name) {
        signal["value"] = four_digits(value);
      }
    }
    for (const auto& [name, value] : figure.texts) {
      if (signal.at("name") == name) {
        signal["value"] = value;
      }
    }
  }
}

Json filled_template(const Figure& figure, const Json& templates) {
  Json spec = templates.at(figure.template_name);
  fill_texts(spec, figure);
  fill_signals(spec, figure);
  return spec;
}

Json data_columns(const FigureData& data) {
  Json object = Json::object();
  for (const FigureColumn& column : data.columns) {
    Json values = Json::array();
    for (Index row = 0; row < rows_of(data); ++row) {
      values.push_back(value_at(column, row));
    }
    object[column.name] = std::move(values);
  }
  return object;
}

Json data_rows(const FigureData& data) {
  Json rows = Json::array();
  for (Index row = 0; row < rows_of(data); ++row) {
    Json object = Json::object();
    for (const FigureColumn& column : data.columns) {
      object[column.name] = value_at(column, row);
    }
    rows.push_back(std::move(object));
  }
  return rows;
}

std::string dumped(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

std::string data_table(const FigureData& data) {
  std::string text;
  for (const FigureColumn& column : data.columns) {
    text += (text.empty() ? "" : "\t") + column.name;
  }
  text += "\n";
  for (Index row = 0; row < rows_of(data); ++row) {
    std::string line;
    for (const FigureColumn& column : data.columns) {
      line += (&column == &data.columns.front() ? "" : "\t") + cell_text(column, row);
    }
    text += line + "\n";
  }
  return text;
}

} // namespace

Index rows_of(const FigureData& data) {
  if (data.columns.empty()) {
    return 0;
  }
  return std::visit([](const auto& values) { return size_of(values); },
                    data.columns.front().values);
}

std::string cell_text(const FigureColumn& column, Index row) {
  if (const auto* numbers = std::get_if<std::vector<double>>(&column.values)) {
    return number_text(four_digits((*numbers)[at(row)]));
  }
  std::string text = std::get<std::vector<std::string>>(column.values)[at(row)];
  for (char& letter : text) {
    if (letter == '\t' || letter == '\n' || letter == '\r') {
      letter = ' ';
    }
  }
  return text.empty() ? "NA" : text;
}

std::string file_word(std::string text) {
  for (char& letter : text) {
    const bool plain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                       (letter >= '0' && letter <= '9') || letter == '.' || letter == '-';
    letter = plain ? letter : '_';
  }
  return text;
}

double four_digits(double value) {
  if (!std::isfinite(value)) {
    return value;
  }
  std::array<char, 32> digits{};
  const auto end = std::to_chars(
      digits.data(), digits.data() + digits.size(), value, std::chars_format::scientific, 3);
  return parse_number({digits.data(), end.ptr}).value_or(value);
}

std::vector<Figure> figures_of(const Report& report) {
  std::vector<Figure> figures = triage_figures(report);
  for (Figure& figure : performance_figures(report)) {
    figures.push_back(std::move(figure));
  }
  for (Figure& figure : feature_figures(report)) {
    figures.push_back(std::move(figure));
  }
  for (Figure& figure : forest_figures(report)) {
    figures.push_back(std::move(figure));
  }
  return figures;
}

std::string vega_text(const Figure& figure, std::string_view templates) {
  Json spec = filled_template(figure, Json::parse(templates));
  for (Json& set : spec["data"]) {
    for (const FigureData& data : figure.data) {
      if (set.at("name") == data.name) {
        set["values"] = data_rows(data);
      }
    }
  }
  return dumped(spec, 1) + "\n";
}

std::string page_block(const std::vector<Figure>& figures, std::string_view templates) {
  const Json all = Json::parse(templates);
  Json block = Json::object();
  for (const Figure& figure : figures) {
    Json data = Json::object();
    for (const FigureData& set : figure.data) {
      data[set.name] = data_columns(set);
    }
    block[figure.name] = {{"spec", filled_template(figure, all)},
                          {"data", std::move(data)},
                          {"canvas", figure.marks > most_svg_marks},
                          {"widest", figure.widest}};
  }
  std::string text;
  for (const char letter : dumped(block, -1)) {
    if (letter == '<') {
      text += "\\u003c";
    } else {
      text += letter;
    }
  }
  return text;
}

void write_figures(const Report& report, const std::filesystem::path& directory) {
  write_figures(figures_of(report), directory);
}

void write_figures(const std::vector<Figure>& figures, const std::filesystem::path& directory) {
  const Assets assets = embedded_assets();
  for (const Figure& figure : figures) {
    if (!assets.templates.empty()) {
      write_file(directory / (figure.name + ".vg.json"), vega_text(figure, assets.templates));
    }
    bool first = true;
    for (const FigureData& data : figure.data) {
      if (!data.decoration) {
        write_file(directory / (figure.name + (first ? "" : "." + data.name) + ".tsv"),
                   data_table(data));
        first = false;
      }
    }
  }
}

} // namespace vigil::report
