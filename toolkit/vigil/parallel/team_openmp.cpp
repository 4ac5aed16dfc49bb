// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/parallel/team.hpp"

#include <omp.h>

namespace vigil::detail {

void run_team(Index workers, const std::function<void(Index worker)>& body) {
  const auto threads = narrow<int>(workers);
#pragma omp parallel default(none) shared(body) num_threads(threads)
  { body(omp_get_thread_num()); }
}

} // namespace vigil::detail
