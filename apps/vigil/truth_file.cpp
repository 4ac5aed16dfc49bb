// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/vigil/truth_file.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::app {

namespace {

constexpr Index newest_format = 1;

[[noreturn]] void refuse(std::string where, std::string found, std::string expected) {
  throw InputError(
      {.where = std::move(where),
       .found = std::move(found),
       .expected = std::move(expected),
       .remedy = "write the truth with: vigil simulate net -o cohort.h5ad --truth truth.h5",
       .problem = "cannot read the truth"});
}

/// Letters, digits and signs of ASCII, as every word of a truth is.
bool is_plain(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char letter) {
    return letter >= ' ' && letter <= '~';
  });
}

} // namespace

TruthFile::TruthFile(const std::filesystem::path& file) : file_(file) {
  if (file_.kind("meta/estimand") != storage::NodeKind::dataset) {
    refuse(file_.where("meta/estimand"), "nothing", "the truth of a simulated cohort");
  }
  const auto format = file_.counts("meta/format");
  if (format.size() != 1 || format[0] < 1 || format[0] > newest_format) {
    refuse(file_.where("meta/format"),
           format.size() == 1 ? "format " + number_text(format[0])
                              : number_text(size_of(format)) + " numbers",
           "format " + number_text(newest_format));
  }
  estimand_ = word("meta/estimand");
  if (estimand_ != "qaly") {
    refuse(file_.where("meta/estimand"), vigil::quoted(estimand_), "'qaly'");
  }
  time_unit_ = word("meta/time_unit");
  scenario_ = word("meta/scenario");
  seed_ = word("meta/seed");
  horizons_ = file_.numbers("meta/horizons");
  margins_ = file_.numbers("meta/margins");
  utilities_ = file_.texts("meta/utilities");
  if (!std::all_of(utilities_.begin(), utilities_.end(), is_plain)) {
    refuse(file_.where("meta/utilities"), "bytes that are no letters", "plain words");
  }
  const auto usable = [](const std::vector<double>& values) {
    return std::all_of(values.begin(), values.end(), [](double value) {
      return std::isfinite(value) && value >= 0.0;
    });
  };
  if (horizons_.empty() || margins_.empty() || utilities_.empty() || !usable(horizons_) ||
      !usable(margins_)) {
    refuse(file_.where("meta"),
           "horizons, margins or utilities that are missing, negative or not finite",
           "at least one of each");
  }
  const auto ids = file_.texts("patients/id");
  for (const auto& id : ids) {
    if (!place_.emplace(id, patients()).second) {
      refuse(file_.where("patients/id"), vigil::quoted(id) + " twice", "each patient once");
    }
  }
}

std::string TruthFile::word(const std::string& path) const {
  const auto texts = file_.texts(path);
  if (texts.size() != 1) {
    refuse(file_.where(path), number_text(size_of(texts)) + " texts", "one text");
  }
  if (!is_plain(texts.front())) {
    refuse(file_.where(path), "bytes that are no letters", "plain words");
  }
  return texts.front();
}

void TruthFile::expect_length(const std::string& path, Index found) const {
  if (found != patients()) {
    refuse(file_.where(path),
           number_text(found) + " values",
           number_text(patients()) + ", one for each patient");
  }
}

std::vector<Index> TruthFile::places(std::span<const std::string> subjects,
                                     const std::string& where) const {
  std::vector<Index> places;
  FaultList unknown;
  for (const auto& subject : subjects) {
    const auto found = place_.find(subject);
    if (found == place_.end()) {
      unknown.add(where + ", subject " + vigil::quoted(subject), "not in " + name());
    } else {
      places.push_back(found->second);
    }
  }
  unknown.raise_if_any("the truth does not know these subjects",
                       "subjects of the cohort that was written with this truth",
                       "name the truth file that belongs to the cohort");
  return places;
}

std::vector<double> TruthFile::column(const std::string& path,
                                      std::span<const Index> places) const {
  const auto values = file_.numbers(path);
  expect_length(path, size_of(values));
  std::vector<double> chosen;
  chosen.reserve(places.size());
  for (const Index place : places) {
    if (!std::isfinite(values[at(place)])) {
      refuse(file_.where(path),
             number_text(values[at(place)]) + " at patient " + number_text(place + 1),
             "a finite number");
    }
    chosen.push_back(values[at(place)]);
  }
  return chosen;
}

std::vector<double> TruthFile::size(std::span<const Index> places) const {
  return column("patients/size", places);
}

std::vector<std::string> TruthFile::centre(std::span<const Index> places) const {
  const auto all = file_.texts("patients/centre");
  expect_length("patients/centre", size_of(all));
  std::vector<std::string> chosen;
  for (const Index place : places) {
    chosen.push_back(all[at(place)]);
  }
  return chosen;
}

std::vector<triage::Action> TruthFile::care(std::span<const Index> places) const {
  std::vector<triage::Action> given;
  for (const double arm : column("patients/arm", places)) {
    if (arm != 0.0 && arm != 1.0 && arm != 2.0) {
      refuse(file_.where("patients/arm"), number_text(arm), "0, 1 or 2");
    }
    given.push_back(arm == 0.0 ? triage::Action::observe : triage::Action::resect);
  }
  return given;
}

std::vector<triage::HalfMeans> TruthFile::halves(const std::string& path,
                                                 std::span<const Index> places) const {
  const auto first = column(path + "_first", places), second = column(path + "_second", places);
  std::vector<triage::HalfMeans> means;
  means.reserve(places.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    means.push_back({first[i], second[i]});
  }
  return means;
}

triage::CeilingRule TruthFile::ceiling(const std::string& group,
                                       std::span<const Index> places) const {
  if (file_.kind(group + "/undefined_because") == storage::NodeKind::dataset) {
    return {.undefined_because = "no learned ceiling: " + word(group + "/undefined_because")};
  }
  return {.difference = halves(group + "/difference", places)};
}

triage::ExpectedValues TruthFile::expected(const Cell& cell, std::span<const Index> places) const {
  const std::string group = cell.quality + "/" + cell.utility + "/" + number_text(cell.horizon);
  triage::ExpectedValues values{.observe = halves(group + "/observe", places),
                                .resect = halves(group + "/resect", places),
                                .difference_se = column(group + "/difference_se", places),
                                .attainable = ceiling(group + "/best_molecular", places),
                                .clinical = ceiling(group + "/best_clinical", places)};
  for (const double se : values.difference_se) {
    if (se < 0.0) {
      refuse(file_.where(group + "/difference_se"), number_text(se), "0 or more");
    }
  }
  return values;
}

} // namespace vigil::app
