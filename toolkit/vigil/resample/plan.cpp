// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/resample/plan.hpp"

#include "vigil/base/digest.hpp"

#include <array>

namespace vigil {

ResamplePlan::ResamplePlan(
    std::string scheme, Index size, Index block_size, std::string fingerprint, Maker maker)
    : scheme_(std::move(scheme)), size_(size), block_size_(block_size),
      fingerprint_(std::move(fingerprint)), maker_(std::move(maker)) {
  VIGIL_EXPECTS(size > 0 && block_size > 0 && maker_);
}

Resample ResamplePlan::at_number(Index number) const {
  VIGIL_EXPECTS(number >= 0 && number < size_);
  return maker_(number);
}

bool draws_with_replacement(const ResamplePlan& plan) {
  return plan.scheme() == "bootstrap" || plan.scheme() == "centre-bootstrap";
}

std::string ResamplePlan::digest() const {
  Digest digest;
  digest.add(scheme_);
  const std::array<Index, 2> shape{size_, block_size_};
  digest.add_values(std::span<const Index>(shape));
  digest.add(fingerprint_);
  return digest.hex();
}

} // namespace vigil
