// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"
#include "vigil/cohort/cohort.hpp"
#include "vigil/cohort/outcome.hpp"

#include <chrono>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vigil::peers {

/// The cohort of a benchmark, with the outcome of another family made from its times.
struct PeerData {
  Cohort cohort;
  Outcome outcome;

  [[nodiscard]] TrainingData data() const;
};

/// The outcome of a family. cox: time and event; gaussian: log time; binomial: time above the median.
/// Throws ConfigError for another family.
[[nodiscard]] Outcome outcome_of(const Cohort& cohort, std::string_view family);

/// Reads columns `time` and `event` of an .h5ad.
[[nodiscard]] Cohort read_peer_cohort(const std::string& file, Scheduler& scheduler);
[[nodiscard]] PeerData
read_peer_data(const std::string& file, std::string_view family, Scheduler& scheduler);

/// "--name value" pairs and the words before them.
class Words {
public:
  Words(int count, char** words);
  [[nodiscard]] const std::string& argument(Index number) const;
  [[nodiscard]] Index arguments() const noexcept { return size_of(arguments_); }
  [[nodiscard]] std::string text(const std::string& name, const std::string& otherwise) const;
  [[nodiscard]] double number(const std::string& name, double otherwise) const;
  [[nodiscard]] Index count(const std::string& name, Index otherwise) const;

private:
  std::vector<std::string> arguments_;
  std::map<std::string, std::string> named_;
};

/// Raw doubles in native byte order, as R's readBin() and writeBin() have them.
[[nodiscard]] std::vector<double> read_doubles(const std::string& file);
void append_doubles(const std::string& file, std::span<const double> values);

/// One line per entry, whitespace between numbers.
[[nodiscard]] std::vector<std::vector<Index>> read_lines(const std::string& file);

/// Coefficients of one path per raw unit.
/// file: number of lambdas, number of coefficients, lambdas, features, points (both from 0), coefficients
struct Solution {
  std::vector<double> lambda = {};
  std::vector<Index> feature = {}, point = {};
  std::vector<double> value = {};
};
[[nodiscard]] Solution read_solution(const std::string& file);
void write_solution(const Solution& solution, const std::string& file);

/// {"name":value,..} in the order of the calls.
class JsonLine {
public:
  JsonLine& add(std::string_view name, double value);
  JsonLine& add(std::string_view name, Index value);
  JsonLine& add(std::string_view name, std::string_view value);
  JsonLine& add(std::string_view name, std::span<const double> values);
  [[nodiscard]] std::string text() const { return "{" + body_ + "}"; }

private:
  void begin(std::string_view name);
  std::string body_;
};

/// A line of /proc/self/status in KiB ("VmHWM", "VmRSS"); 0 where there is none.
[[nodiscard]] Index memory_kib(std::string_view line);
/// Sets VmHWM back to VmRSS (Linux).
void reset_peak_memory();

/// Seconds that `work` takes.
template <class Work>
[[nodiscard]] double seconds_of(const Work& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

} // namespace vigil::peers
