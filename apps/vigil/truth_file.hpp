// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/storage/hdf5_file.hpp"
#include "vigil/triage/score.hpp"

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace vigil::app {

/// The truth that `vigil simulate net --truth` wrote: docs/outputs.md. Throws InputError for a file that is something
/// else, of a newer format, damaged, or whose lists differ in length.
class TruthFile {
public:
  explicit TruthFile(const std::filesystem::path& file);

  [[nodiscard]] const std::string& name() const noexcept { return file_.name(); }
  [[nodiscard]] const std::string& estimand() const noexcept { return estimand_; }
  [[nodiscard]] const std::string& time_unit() const noexcept { return time_unit_; }
  [[nodiscard]] const std::string& scenario() const noexcept { return scenario_; }
  [[nodiscard]] const std::string& seed() const noexcept { return seed_; }
  [[nodiscard]] const std::vector<double>& horizons() const noexcept { return horizons_; }
  [[nodiscard]] const std::vector<double>& margins() const noexcept { return margins_; }
  [[nodiscard]] const std::vector<std::string>& utilities() const noexcept { return utilities_; }
  [[nodiscard]] Index patients() const noexcept { return size_of(place_); }

  /// Places of these subjects. Throws InputError naming those that are not in the truth; `where` is their table.
  [[nodiscard]] std::vector<Index> places(std::span<const std::string> subjects,
                                          const std::string& where) const;
  /// Of the patients at these places: size in mm, centre, and the arm that was given (resection after preoperative
  /// therapy counts as resection).
  [[nodiscard]] std::vector<double> size(std::span<const Index> places) const;
  [[nodiscard]] std::vector<std::string> centre(std::span<const Index> places) const;
  [[nodiscard]] std::vector<triage::Action> care(std::span<const Index> places) const;

  /// `quality`: own or reference centre; one of the utilities and horizons.
  struct Cell {
    std::string quality, utility;
    double horizon = 0.0;
  };
  [[nodiscard]] triage::ExpectedValues expected(const Cell& cell,
                                                std::span<const Index> places) const;

private:
  [[nodiscard]] std::string word(const std::string& path) const;
  [[nodiscard]] std::vector<double> column(const std::string& path,
                                           std::span<const Index> places) const;
  [[nodiscard]] std::vector<triage::HalfMeans> halves(const std::string& path,
                                                      std::span<const Index> places) const;
  [[nodiscard]] triage::CeilingRule ceiling(const std::string& group,
                                            std::span<const Index> places) const;
  void expect_length(const std::string& path, Index found) const;

  storage::Hdf5File file_;
  std::string estimand_, time_unit_, scenario_, seed_;
  std::vector<double> horizons_, margins_;
  std::vector<std::string> utilities_;
  std::map<std::string, Index, std::less<>> place_;
};

} // namespace vigil::app
