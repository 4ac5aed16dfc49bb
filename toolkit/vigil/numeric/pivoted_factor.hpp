// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/numeric/dense.hpp"

namespace vigil {

/// F with A = F F' for a symmetric positive semidefinite A, by Cholesky with complete pivoting.
///
/// matrix   order x order; its lower triangle is read
/// returns  order x rank, rows in the order of A. It ends where no pivot is above order 2^-53 times the largest diagonal
///          element of A: what is left out is of that size. rank 0 where a diagonal element is not a number
/// cost     order rank^2 and two copies of A, by LAPACK on one thread
/// source   Higham 1990, in Reliable Numerical Computation, 161; Lucas 2004, LAPACK Working Note 161;
///          checked by tests/unit/numeric/pivoted_factor_test
[[nodiscard]] GrowingMatrix pivoted_factor(MatrixView matrix);

} // namespace vigil
