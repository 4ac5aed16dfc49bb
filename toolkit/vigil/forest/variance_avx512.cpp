// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/variance_body.hpp"

namespace vigil::forest {

const VarianceKernel variance_avx512 = variance_kernel<16>;

} // namespace vigil::forest
