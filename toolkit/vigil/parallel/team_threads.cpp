// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/parallel/team.hpp"

#include <thread>
#include <vector>

namespace vigil::detail {

void run_team(Index workers, const std::function<void(Index worker)>& body) {
  std::vector<std::jthread> team;
  for (Index worker = 1; worker < workers; ++worker) {
    team.emplace_back([&body, worker] { body(worker); });
  }
  body(0);
}

} // namespace vigil::detail
