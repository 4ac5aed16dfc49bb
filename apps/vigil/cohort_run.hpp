// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/cohort.hpp"
#include "vigil/learn/learner.hpp"

#include "apps/vigil/cohort_input.hpp"
#include "apps/vigil/verb.hpp"
#include <cstdint>
#include <filesystem>
#include <string>

namespace vigil::app {

/// What a verb has in hand that draws random numbers and writes a folder about one cohort.
struct CohortRun {
  Session& session;
  std::filesystem::path folder;
  std::uint64_t seed;
  Cohort cohort;
  FitContext context;
};

/// Makes the folder, opens the cohort, calls work(run), and says where the results are.
template <class Work>
int run_on_cohort(const Invocation& invocation, const std::string& folder, const Work& work) {
  auto& session = invocation.session;
  const auto made = session.output_folder(folder);
  const auto seed = session.seed();
  CohortRun run{.session = session,
                .folder = made,
                .seed = seed,
                .cohort = open_input(invocation, invocation.argument(), ByDefault::all_numeric),
                .context = {session.scheduler(), session.memory_bytes()}};
  work(run);
  session.log().say("written   " + made.string());
  return 0;
}

} // namespace vigil::app
