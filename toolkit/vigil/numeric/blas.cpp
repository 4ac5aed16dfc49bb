// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/blas.hpp"

#include <cblas.h>

namespace vigil {

SerialBlas::SerialBlas() : threads_before_(openblas_get_num_threads()) {
  openblas_set_num_threads(1);
}

SerialBlas::~SerialBlas() {
  openblas_set_num_threads(threads_before_);
}

std::string blas_core() {
  return openblas_get_corename();
}

std::string blas_description() {
  return openblas_get_config();
}

} // namespace vigil
