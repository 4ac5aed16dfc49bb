// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/sort_body.hpp"
#include "vigil/forest/take_body.hpp"

namespace vigil::forest {

const SortKernel sort_avx2{.sort = sort_by_network<most_sorted / lanes<Keys8>, Keys8>,
                           .take = take_slots};

} // namespace vigil::forest
