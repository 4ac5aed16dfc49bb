// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/sort_body.hpp"

namespace vigil::forest {

const SortKernel sort_avx512{.sort = sort_by_network<most_sorted / lanes<Keys16>, Keys16>};

} // namespace vigil::forest
