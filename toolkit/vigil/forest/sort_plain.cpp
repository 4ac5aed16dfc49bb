// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/sort_kernel.hpp"
#include "vigil/forest/take_body.hpp"

#include <algorithm>

namespace vigil::forest {

const SortKernel sort_plain{
    .sort = [](std::uint32_t* keys, std::size_t count) { std::sort(keys, keys + count); },
    .take = take_slots};

} // namespace vigil::forest
