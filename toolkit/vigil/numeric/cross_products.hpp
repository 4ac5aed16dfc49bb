// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <span>

namespace vigil {

/// Adds the cross products of the columns of a matrix to `out`, both triangles.
///
///   out_jk += factor * sum_i z_ij z_ik
///
/// columns   rows x order, column after column
/// out       order x order, symmetric
/// cost      rows * order^2; by BLAS on one thread (the scheduler sees to it), hence within one fit only
void add_cross_products(std::span<const double> columns,
                        Index rows,
                        double factor,
                        std::span<double> out);

} // namespace vigil
