// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/study/registry.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/penalized/cox_learner.hpp"

#include <array>
#include <string>
#include <vector>

namespace vigil {

namespace {

survival::Ties ties_of(const Options& options, const char* otherwise) {
  return options.choice("ties", {"breslow", "efron"}, otherwise) == "efron"
             ? survival::Ties::efron
             : survival::Ties::breslow;
}

AnyLearner build_cox(const Options& options) {
  static_cast<void>(options.count("inner_folds")); // nothing is tuned
  return AnyLearner(penalized::CoxLearner({.ties = ties_of(options, "efron")}));
}

AnyModel load_cox(const Record& record) {
  return AnyModel(penalized::CoxModel::from_record(record));
}

constexpr std::array entries{
    LearnerEntry{.name = "cox",
                 .summary = "Cox model of all columns, unpenalized; delta-method risk interval",
                 .source = "Cox 1972",
                 .build = &build_cox,
                 .load = &load_cox},
};

} // namespace

std::span<const LearnerEntry> learner_table() noexcept {
  return entries;
}

const LearnerEntry& find_learner(std::string_view name) {
  std::vector<std::string> names;
  for (const auto& entry : entries) {
    if (entry.name == name) {
      return entry;
    }
    names.emplace_back(entry.name);
  }
  throw ConfigError({.where = "learner",
                     .found = "unknown learner " + quoted(name),
                     .expected = "one of " + join(names, ", "),
                     .remedy = suggestion(name, names) + " (see: vigil list learners)",
                     .problem = "cannot find the learner"});
}

AnyModel load_model(const Record& record) {
  for (const auto& entry : entries) {
    if (entry.name == record.kind()) {
      return entry.load(record);
    }
  }
  throw InputError({.where = "the model file",
                    .found = "a model of kind " + quoted(record.kind()),
                    .expected = "a model that vigil fitted",
                    .remedy = "fit it again, or use the version of vigil that wrote it",
                    .problem = "cannot use the model"});
}

} // namespace vigil
