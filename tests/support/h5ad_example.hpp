// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/storage/h5ad_write.hpp"

#include <cmath>
#include <filesystem>
#include <span>
#include <string>
#include <utility>

namespace vigil::test {

/// The cohort that tests/anndata/opens_in_anndata.py expects.
inline constexpr Index example_subjects = 5;
inline constexpr Index example_features = 23;

inline storage::DataFrame example_obs() {
  return storage::DataFrame(
      {.source = "obs",
       .index_name = "id",
       .index = {"a", "b", "c", "d", "Patiënt-Ω"},
       .columns = {
           {.name = "time", .numbers = {1, 2, 3, 4, 5}},
           {.name = "event", .numbers = {1, 0, 1, 0, 1}},
           {.name = "age", .numbers = {50, std::nan(""), 60.5, 1e-300, 7}},
           {.name = "note", .kind = storage::ColumnKind::text, .texts = {"p", "q", "r", "s", "t"}},
           {.name = "site", .kind = storage::ColumnKind::text, .texts = {"n", "", "s", "n", ""}},
           {.name = "a/b",
            .kind = storage::ColumnKind::category,
            .codes = {0, 1, no_index, 1, 0},
            .levels = {"z", "y"}}}});
}

inline storage::DataFrame example_var() {
  storage::DataFrame::Contents var{.source = "var"};
  for (Index feature = 0; feature < example_features; ++feature) {
    var.index.push_back("g" + std::to_string(feature));
  }
  return storage::DataFrame(std::move(var));
}

inline float example_value(Index subject, Index feature) {
  return feature == 3 && subject == 1 ? std::nanf("")
                                      : static_cast<float>(100 * feature + subject) / 7.0F;
}

inline void write_example(const std::filesystem::path& file, const storage::H5adOptions& options) {
  const auto obs = example_obs();
  const auto var = example_var();
  storage::write_h5ad(
      file,
      {.obs = obs,
       .var = var,
       .features =
           [](Index first, Index count, std::span<float> values) {
             for (Index feature = 0; feature < count; ++feature) {
               for (Index subject = 0; subject < example_subjects; ++subject) {
                 values[at(feature * example_subjects + subject)] =
                     example_value(subject, first + feature);
               }
             }
           },
       .metadata = {.time_unit = TimeUnit::days,
                    .unit = {{"age", "years"}},
                    .known_at = {{"age", KnownAt::baseline}, {"g1", KnownAt::pathology}}}},
      options);
}

} // namespace vigil::test
