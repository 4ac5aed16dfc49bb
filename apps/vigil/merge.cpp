// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/forest/regression_forest.hpp"
#include "vigil/forest/survival_forest.hpp"
#include "vigil/storage/record_file.hpp"

#include "apps/vigil/verbs.hpp"
#include <array>
#include <vector>

namespace vigil::app {

namespace {

int run_merge(const Invocation& invocation) {
  const auto file = invocation.options.text("o");
  if (!file) {
    invocation.options.refuse("o", "the file to write", "add -o FILE");
  }
  std::vector<Record> records;
  for (const auto& part : invocation.positional) {
    records.push_back(storage::read_record(part));
  }
  const bool values = records.front().kind() == forest::RegressionForest::kind;
  const Record whole = values ? forest::RegressionForest::merge(records, invocation.positional)
                              : forest::SurvivalForest::merge(records, invocation.positional);
  storage::write_record(*file, whole);
  invocation.session.log().say("forest    " + count_text(size_of(whole.counts("nodes"))) +
                               " trees of " + count_text(size_of(records)) + " parts");
  invocation.session.log().say("written   " + *file);
  return 0;
}

constexpr std::array merge_options{
    OptionSpec{"o", "FILE", "the model to write"},
};

} // namespace

const Verb merge_verb{
    .name = "merge",
    .arguments = "A.h5 B.h5 ...",
    .least_arguments = 2,
    .most_arguments = 10000,
    .summary = "one forest of forests that were grown apart",
    .details = "Parts are grown by vigil forest --first-tree N with the same cohort, options and "
               "seed. The result is the forest grown at once, to the byte.",
    .options = merge_options,
    .reads_cohort = false,
    .run = &run_merge};

} // namespace vigil::app
