// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/digest.hpp"
#include "vigil/storage/cohort_reader.hpp"
#include "vigil/storage/h5ad_frame.hpp"
#include "vigil/storage/h5ad_matrix.hpp"
#include "vigil/storage/h5ad_write.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fault_of.hpp"
#include "tests/support/h5ad_example.hpp"
#include "tests/support/temp_folder.hpp"
#include <cmath>

namespace vigil::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using test::example_obs;
using test::example_value;
using test::example_var;
using test::write_example;
constexpr Index subjects = test::example_subjects;
constexpr Index features = test::example_features;

TEST(H5adWrite, ReadsBackItsFrames) {
  const test::TempFolder folder;
  write_example(folder / "c.h5ad", {});
  const auto file = open_h5ad(folder / "c.h5ad");
  const auto obs = read_frame(file, "obs");
  const auto wanted = example_obs();
  EXPECT_EQ(obs.index_name(), "id");
  EXPECT_EQ(obs.index(), wanted.index());
  EXPECT_EQ(obs.column_names(), wanted.column_names());
  for (const char* column : {"note", "site", "a/b"}) {
    EXPECT_EQ(obs.texts(column), wanted.texts(column));
  }
  EXPECT_EQ(obs.numbers("age")[3], 1e-300);
  EXPECT_TRUE(std::isnan(obs.numbers("age")[1]));
  EXPECT_THAT(obs.column("a/b").levels, ElementsAre("z", "y"));
  EXPECT_EQ(read_frame(file, "var").index(), example_var().index());
  EXPECT_TRUE(read_frame(file, "var").columns().empty());
}

TEST(H5adWrite, ReadsBackItsMatrixInEveryChunking) {
  const test::TempFolder folder;
  Scheduler scheduler(2);
  for (const Index chunk_bytes : {Index{1}, Index{4 * subjects * 4}, Index{1} << 20}) {
    for (const int compress : {0, 4}) {
      write_example(folder / "c.h5ad",
                    {.compress = compress, .chunk_bytes = chunk_bytes, .buffer_bytes = 200});
      CohortRequest request;
      request.file = folder / "c.h5ad";
      const auto cohort = open_cohort(request, scheduler);
      const auto& matrix = cohort.parts().features;
      ASSERT_EQ(matrix.features(), features);
      std::vector<Index> all(at(features));
      for (Index feature = 0; feature < features; ++feature) {
        all[at(feature)] = feature;
      }
      const auto stored = matrix.columns(all, scheduler);
      for (Index feature = 0; feature < features; ++feature) {
        const double offset = matrix.info(feature).offset;
        EXPECT_EQ(offset, static_cast<double>(example_value(0, feature)));
        for (Index subject = 0; subject < subjects; ++subject) {
          const float value = stored[at(feature * subjects + subject)];
          const auto wanted =
              static_cast<float>(static_cast<double>(example_value(subject, feature)) - offset);
          EXPECT_TRUE(value == wanted || (std::isnan(value) && std::isnan(wanted)));
        }
      }
    }
  }
}

TEST(H5adWrite, WritesTheSameBytesTwice) {
  const test::TempFolder folder;
  for (const int compress : {0, 9}) {
    write_example(folder / "a.h5ad", {.compress = compress});
    write_example(folder / "b.h5ad", {.compress = compress});
    EXPECT_EQ(file_digest(folder / "a.h5ad"), file_digest(folder / "b.h5ad"));
  }
}

TEST(H5adWrite, KeepsUnitsMomentsAndTheTimeUnit) {
  const test::TempFolder folder;
  write_example(folder / "c.h5ad", {});
  CohortRequest request;
  request.file = folder / "c.h5ad";
  request.time = "time";
  request.event = "event";
  request.clinical = {"age"};
  Scheduler scheduler(1);
  const auto cohort = open_cohort(request, scheduler);
  EXPECT_EQ(cohort.time_unit(), TimeUnit::days);
  EXPECT_EQ(cohort.parts().clinical.info(0).unit, "years");
  EXPECT_EQ(cohort.parts().clinical.info(0).known_at, KnownAt::baseline);
  EXPECT_EQ(cohort.parts().features.info(1).known_at, KnownAt::pathology);
  EXPECT_FALSE(cohort.parts().features.info(2).known_at.has_value());
}

TEST(H5adWrite, KeepsTablesAndStructuralMissingValues) {
  const test::TempFolder folder;
  const DataFrame obs = example_obs(), var({.source = "no features"});
  const DataFrame visits({.source = "visits",
                          .index_name = "visit",
                          .index = {"V1", "V2"},
                          .columns = {{.name = "month", .numbers = {6.0, 12.0}}}});
  write_h5ad(folder / "c.h5ad",
             {.obs = obs,
              .var = var,
              .features = {},
              .metadata = {.structural_missing = {{"age", "site=z"}, {"note", "event=0"}}},
              .tables = {{.name = "visits", .table = visits}}});
  const auto file = open_h5ad(folder / "c.h5ad");
  const auto found = read_frame(file, "uns/visits");
  EXPECT_EQ(found.index(), visits.index());
  EXPECT_EQ(found.numbers("month"), visits.numbers("month"));
  const auto metadata = read_metadata(file);
  EXPECT_EQ(metadata.structural_missing.at("age"), "site=z");
  EXPECT_EQ(metadata.structural_missing.at("note"), "event=0");
  EXPECT_EQ(read_frame(file, "var").rows(), 0);
}

TEST(H5adWrite, SelectsSubjectsAndListedMarkers) {
  const test::TempFolder folder;
  write_example(folder / "c.h5ad", {});
  CohortRequest request;
  request.file = folder / "c.h5ad";
  request.subjects = {"time>1", "event=1"};
  choose_features(request, "g7,g2");
  Scheduler scheduler(1);
  const auto cohort = open_cohort(request, scheduler);
  EXPECT_THAT(cohort.subject_ids(), ElementsAre("c", "Patiënt-Ω"));
  EXPECT_EQ(cohort.parts().features.info(0).name, "g2");
  // The offset is the first value of the file, although its subject is left out.
  EXPECT_EQ(cohort.parts().features.info(1).offset, static_cast<double>(example_value(0, 7)));
  choose_features(request, "g7,gg2");
  const auto fault =
      test::fault_of<InputError>([&] { static_cast<void>(open_cohort(request, scheduler)); });
  EXPECT_THAT(fault.found, HasSubstr("'gg2'"));
}

TEST(H5adWrite, RefusesUnknownCompressionAndMissingFolders) {
  const test::TempFolder folder;
  const auto level = test::fault_of<ConfigError>(
      [&folder] { write_example(folder / "c.h5ad", {.compress = 10}); });
  EXPECT_EQ(level.where, "--compress");
  const auto place =
      test::fault_of<ConfigError>([&folder] { write_example(folder / "no/c.h5ad", {}); });
  EXPECT_THAT(place.where, HasSubstr("no/c.h5ad"));
}

TEST(H5adWrite, RefusesInfiniteMarkersOnReading) {
  const test::TempFolder folder;
  const auto obs = example_obs();
  const auto var = example_var();
  write_h5ad(folder / "c.h5ad",
             {.obs = obs, .var = var, .features = [](Index first, Index, std::span<float> values) {
                for (float& value : values) {
                  value = 1.0F;
                }
                if (first == 0) {
                  values[2 * subjects + 3] = HUGE_VALF;
                }
              }});
  CohortRequest request;
  request.file = folder / "c.h5ad";
  Scheduler scheduler(2);
  const auto fault =
      test::fault_of<InputError>([&] { static_cast<void>(open_cohort(request, scheduler)); });
  EXPECT_THAT(fault.where, HasSubstr("row 4, column 3"));
}

} // namespace
} // namespace vigil::storage
