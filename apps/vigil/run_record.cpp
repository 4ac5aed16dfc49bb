// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/vigil/run_record.hpp"

#include "vigil/base/digest.hpp"
#include "vigil/numeric/blas.hpp"
#include "vigil/report/write_file.hpp"
#include "vigil/version.hpp"

#include "apps/vigil/progress.hpp"
#include <algorithm>
#include <array>
#include <fmt/chrono.h>
#include <nlohmann/json.hpp>
#include <unistd.h>
#include <vector>

namespace vigil::app {

namespace {

std::string utc_text(std::chrono::system_clock::time_point moment) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(moment)));
}

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : std::string();
}

/// Every file below the folder but the log and the record itself, sorted, with its digest.
nlohmann::ordered_json outputs_of(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) {
      files.push_back(std::filesystem::relative(entry.path(), folder));
    }
  }
  std::sort(files.begin(), files.end());
  auto outputs = nlohmann::ordered_json::array();
  for (const auto& file : files) {
    if (file != "run.log" && file != "run.json") {
      outputs.push_back({{"file", file.generic_string()}, {"sha256", file_digest(folder / file)}});
    }
  }
  return outputs;
}

} // namespace

RunRecord::RunRecord(const Invocation& invocation, const StudySettings& study)
    : study_file_(study.file.file.filename().string()), study_digest_(study.file.digest),
      seed_(study.seed), threads_(invocation.session.scheduler().workers()),
      memory_bytes_(invocation.session.memory_bytes()), start_(std::chrono::system_clock::now()) {}

void RunRecord::write(const std::filesystem::path& folder) const {
  const auto end = std::chrono::system_clock::now();
  nlohmann::ordered_json out;
  out["format"] = report_format;
  out["vigil"] = version;
  out["intended_use"] = intended_use;
  out["study"] = {{"file", study_file_}, {"sha256", study_digest_}, {"seed", seed_}};
  out["build"] = {
      {"compiler", __VERSION__}, {"blas", blas_description()}, {"blas_core", blas_core()}};
  out["execution"] = {{"host", host_name()},
                      {"threads", threads_},
                      {"memory_bytes", memory_bytes_},
                      {"peak_memory_bytes", peak_memory_bytes()},
                      {"start", utc_text(start_)},
                      {"end", utc_text(end)},
                      {"seconds", std::chrono::duration<double>(end - start_).count()}};
  out["outputs"] = outputs_of(folder);
  report::write_file(folder / "run.json", out.dump(2) + "\n");
}

} // namespace vigil::app
