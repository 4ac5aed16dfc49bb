// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/study/study_file.hpp"

#include "vigil/base/digest.hpp"
#include "vigil/study/toml_file.hpp"

namespace vigil {

std::filesystem::path StudyFile::resolve(const std::string& path) const {
  const std::filesystem::path named(path);
  return named.is_absolute() ? named : file.parent_path() / named;
}

StudyFile read_study(const std::filesystem::path& file) {
  constexpr Index schema_version = 1;
  const TomlFile text(file,
                      {.problem = "cannot use the study file",
                       .what = "a study file (TOML)",
                       .help = "docs/formats/study.md shows a whole study"});
  text.check_top_level(
      {"schema", "data", "external", "learner", "prepare", "validate", "triage", "run", "report"},
      schema_version);
  StudyFile study{.file = file,
                  .digest = file_digest(file),
                  .data = text.section("data"),
                  .prepare = text.section("prepare"),
                  .validate = text.section("validate"),
                  .run = text.section("run"),
                  .report = text.section("report"),
                  .externals = text.sections("external"),
                  .learners = text.sections("learner"),
                  .triage = {}};
  if (text.has("triage")) {
    study.triage = text.section("triage");
  }
  return study;
}

} // namespace vigil
