// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/variance_body.hpp"

namespace vigil::forest {

const VarianceKernel variance_avx2 = variance_kernel<8>;

} // namespace vigil::forest
