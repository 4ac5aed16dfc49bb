// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/cross_products.hpp"

#include <cblas.h>

namespace vigil {

void add_cross_products(std::span<const double> columns,
                        Index rows,
                        double factor,
                        std::span<double> out) {
  if (rows == 0 || columns.empty()) {
    return;
  }
  const Index order = size_of(columns) / rows;
  VIGIL_EXPECTS(size_of(columns) == rows * order && size_of(out) == order * order);
  cblas_dsyrk(CblasColMajor,
              CblasLower,
              CblasTrans,
              narrow<int>(order),
              narrow<int>(rows),
              factor,
              columns.data(),
              narrow<int>(rows),
              1.0,
              out.data(),
              narrow<int>(order));
  for (Index column = 0; column < order; ++column) {
    for (Index row = column + 1; row < order; ++row) {
      out[at(row * order + column)] = out[at(column * order + row)];
    }
  }
}

} // namespace vigil
