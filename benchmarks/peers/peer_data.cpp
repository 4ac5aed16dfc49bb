// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/peers/peer_data.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/storage/cohort_reader.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <utility>

namespace vigil::peers {

namespace {

[[noreturn]] void refuse(std::string where, std::string found, std::string expected) {
  throw ConfigError({.where = std::move(where),
                     .found = std::move(found),
                     .expected = std::move(expected),
                     .remedy = "see benchmarks/README.md"});
}

} // namespace

Outcome outcome_of(const Cohort& cohort, std::string_view family) {
  const TrainingData data = cohort.data();
  if (family == "cox") {
    return data.outcome;
  }
  const auto& time = std::get<SurvivalOutcome>(data.outcome).time;
  if (family == "gaussian") {
    ContinuousOutcome outcome;
    for (const double one : time) {
      outcome.value.push_back(std::log(one));
    }
    return outcome;
  }
  if (family == "binomial") {
    std::vector<double> sorted = time;
    std::sort(sorted.begin(), sorted.end());
    BinaryOutcome outcome;
    for (const double one : time) {
      outcome.label.push_back(one > sorted[sorted.size() / 2] ? 1 : 0);
    }
    return outcome;
  }
  refuse("--family", vigil::quoted(family), "cox, gaussian, binomial");
}

TrainingData PeerData::data() const {
  const TrainingData read = cohort.data();
  return {.features = read.features, .clinical = read.clinical, .outcome = outcome};
}

Cohort read_peer_cohort(const std::string& file, Scheduler& scheduler) {
  return storage::open_cohort({.file = file, .time = "time", .event = "event"}, scheduler);
}

PeerData read_peer_data(const std::string& file, std::string_view family, Scheduler& scheduler) {
  Cohort cohort = read_peer_cohort(file, scheduler);
  Outcome outcome = outcome_of(cohort, family);
  return {std::move(cohort), std::move(outcome)};
}

Words::Words(int count, char** words) {
  for (int number = 1; number < count; ++number) {
    const std::string word = words[number];
    if (word.rfind("--", 0) != 0) {
      arguments_.push_back(word);
    } else if (number + 1 < count) {
      named_[word.substr(2)] = words[++number];
    } else {
      refuse(word, "no value", "a value after each option");
    }
  }
}

const std::string& Words::argument(Index number) const {
  if (number >= size_of(arguments_)) {
    refuse("command line", number_text(arguments()) + " words", "more words");
  }
  return arguments_[at(number)];
}

std::string Words::text(const std::string& name, const std::string& otherwise) const {
  const auto found = named_.find(name);
  return found == named_.end() ? otherwise : found->second;
}

double Words::number(const std::string& name, double otherwise) const {
  const auto found = named_.find(name);
  if (found == named_.end()) {
    return otherwise;
  }
  const auto value = parse_number(found->second);
  if (!value) {
    refuse("--" + name, vigil::quoted(found->second), "a number");
  }
  return *value;
}

Index Words::count(const std::string& name, Index otherwise) const {
  return static_cast<Index>(number(name, static_cast<double>(otherwise)));
}

std::vector<double> read_doubles(const std::string& file) {
  std::ifstream stream(file, std::ios::binary | std::ios::ate);
  if (!stream) {
    refuse(file, "no such file", "raw doubles");
  }
  const auto bytes = static_cast<std::streamoff>(stream.tellg());
  std::vector<double> values(static_cast<std::size_t>(bytes) / sizeof(double));
  stream.seekg(0);
  stream.read(reinterpret_cast<char*>(values.data()), bytes);
  return values;
}

void append_doubles(const std::string& file, std::span<const double> values) {
  std::ofstream stream(file, std::ios::binary | std::ios::app);
  stream.write(reinterpret_cast<const char*>(values.data()),
               static_cast<std::streamsize>(values.size_bytes()));
  if (!stream) {
    refuse(file, "cannot be written", "a folder with room");
  }
}

std::vector<std::vector<Index>> read_lines(const std::string& file) {
  std::ifstream stream(file);
  std::vector<std::vector<Index>> lines;
  std::string line;
  while (std::getline(stream, line)) {
    std::istringstream words(line);
    lines.emplace_back();
    Index value = 0;
    while (words >> value) {
      lines.back().push_back(value);
    }
  }
  if (lines.empty()) {
    refuse(file, "nothing", "lines of numbers");
  }
  return lines;
}

Solution read_solution(const std::string& file) {
  const std::vector<double> all = read_doubles(file);
  const auto lambdas = static_cast<Index>(all.at(0)), entries = static_cast<Index>(all.at(1));
  VIGIL_EXPECTS(size_of(all) == 2 + lambdas + 3 * entries);
  const auto part = [&](Index first, Index count) {
    return std::vector<double>(all.begin() + first, all.begin() + first + count);
  };
  Solution solution{.lambda = part(2, lambdas), .value = part(2 + lambdas + 2 * entries, entries)};
  for (Index entry = 0; entry < entries; ++entry) {
    solution.feature.push_back(static_cast<Index>(all[at(2 + lambdas + entry)]));
    solution.point.push_back(static_cast<Index>(all[at(2 + lambdas + entries + entry)]));
  }
  return solution;
}

void write_solution(const Solution& solution, const std::string& file) {
  std::vector<double> all{static_cast<double>(solution.lambda.size()),
                          static_cast<double>(solution.value.size())};
  all.insert(all.end(), solution.lambda.begin(), solution.lambda.end());
  for (const auto* numbers : {&solution.feature, &solution.point}) {
    for (const Index number : *numbers) {
      all.push_back(static_cast<double>(number));
    }
  }
  all.insert(all.end(), solution.value.begin(), solution.value.end());
  std::ofstream(file, std::ios::binary | std::ios::trunc);
  append_doubles(file, all);
}

void JsonLine::begin(std::string_view name) {
  body_ += (body_.empty() ? "\"" : ",\"") + std::string(name) + "\":";
}

JsonLine& JsonLine::add(std::string_view name, double value) {
  begin(name);
  body_ += std::isfinite(value) ? number_text(value) : "null";
  return *this;
}

JsonLine& JsonLine::add(std::string_view name, Index value) {
  begin(name);
  body_ += number_text(value);
  return *this;
}

JsonLine& JsonLine::add(std::string_view name, std::string_view value) {
  begin(name);
  body_ += '"';
  for (const char letter : value) {
    if (letter == '"' || letter == '\\') {
      body_ += '\\';
    }
    body_ += letter == '\n' ? ' ' : letter;
  }
  body_ += '"';
  return *this;
}

JsonLine& JsonLine::add(std::string_view name, std::span<const double> values) {
  begin(name);
  body_ += '[';
  for (std::size_t number = 0; number < values.size(); ++number) {
    body_ += (number == 0 ? "" : ",") +
             (std::isfinite(values[number]) ? number_text(values[number]) : std::string("null"));
  }
  body_ += ']';
  return *this;
}

Index memory_kib(std::string_view line) {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    if (word == std::string(line) + ":") {
      Index kib = 0;
      status >> kib;
      return kib;
    }
  }
  return 0;
}

void reset_peak_memory() {
  std::ofstream("/proc/self/clear_refs") << "5";
}

} // namespace vigil::peers
