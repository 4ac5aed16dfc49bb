// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/storage/import_cohort.hpp"
#include "vigil/storage/table_file.hpp"

#include "apps/vigil/cohort_input.hpp"
#include "apps/vigil/verbs.hpp"
#include <array>
#include <fmt/format.h>

namespace vigil::app {

namespace {

/// --known-at FILE and --unit FILE: a table with the column names first and the values second; COL=VALUE stays.
Options with_files_read(const Options& given) {
  Options options = given;
  for (const char* key : {"known_at", "unit"}) {
    const auto texts = given.whole_texts(key);
    options.remove(key);
    for (const auto& text : texts) {
      if (text.find('=') != std::string::npos) {
        options.append(key, {text, given.where(key)});
        continue;
      }
      const auto table = storage::read_table(text);
      if (table.columns().size() != 1) {
        throw InputError(
            {.where = text,
             .found = number_text(size_of(table.columns()) + 1) + " columns",
             .expected = "two columns: the name of a column of the cohort, and its value",
             .remedy = "write a header and one line per column"});
      }
      const auto values = table.texts(table.columns().front().name);
      for (Index row = 0; row < table.rows(); ++row) {
        options.append(key, {table.index()[at(row)] + "=" + values[at(row)], given.where(key)});
      }
    }
  }
  return options;
}

int show_fields(const storage::CohortRequest& request) {
  for (const auto& field : storage::fields_of(request)) {
    fmt::print("{:<28} {:<9} {}\n", field.name, field.kind, join(field.first_values, ", "));
  }
  return 0;
}

int run_import(const Invocation& invocation) {
  auto& session = invocation.session;
  const Invocation prepared{invocation.positional, with_files_read(invocation.options), session};
  const auto request = cohort_input(prepared, invocation.argument(), ByDefault::as_told);
  if (invocation.options.flag("show_fields").value_or(false)) {
    return show_fields(request);
  }
  const auto target = invocation.options.text("o");
  if (!target) {
    invocation.options.refuse(
        "o", "the file to write", "add -o cohort.h5ad, or --show-fields to look first");
  }
  const auto compress = invocation.options.count("compress").value_or(0);
  if (compress < 0 || compress > 9) {
    invocation.options.refuse("compress", "a level from 0 (none) to 9");
  }
  const auto summary = storage::import_cohort(
      request, *target, {.compress = narrow<int>(compress)}, session.scheduler());
  for (const auto& note : summary.notes) {
    session.log().say("note      " + note);
  }
  session.log().say("written   " + *target + "  " + count_text(summary.subjects) + " subjects, " +
                    count_text(summary.markers) + " markers, " + count_text(summary.obs_columns) +
                    " other columns" +
                    (summary.has_outcome ? ", " + count_text(summary.events) + " events" : ""));
  return 0;
}

constexpr std::array import_options{
    OptionSpec{"o", "FILE", "the .h5ad to write"},
    OptionSpec{"show-fields", "", "list the columns with their first values, and write nothing"},
    OptionSpec{"compress", "0..9", "gzip level; 0 (default) reads fastest"},
};

} // namespace

const Verb import_verb{
    .name = "import",
    .arguments = "SOURCE",
    .least_arguments = 1,
    .most_arguments = 1,
    .summary = "turn a table or another .h5ad into a cohort that streams well",
    .details = "Markers of a table are the columns named by --features; all others go to obs. "
               "--known-at and --unit also take a table: column, value.",
    .options = import_options,
    .reads_cohort = true,
    .run = &run_import};

} // namespace vigil::app
