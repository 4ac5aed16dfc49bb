// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/simulate/net/design.hpp"

#include <string>
#include <vector>

namespace vigil::simulate::net {

/// What is a centre's own. A patient's future depends on `quality` and `metastatic_slope` alone.
struct Centre {
  std::string name;
  double share = 0.0;           ///< of all patients
  double size_shift = 0.0;      ///< on log size
  double ki67_shift = 0.0;      ///< on log Ki-67
  double preference = 0.0;      ///< on the log odds of resection
  double preference_size = 0.0; ///< on its slope in log size
  double standard_preference =
      0.0;              ///< preference with mean 0 and SD 1 over the centres: what traps show
  double quality = 0.0; ///< on the log odds of operative death; negative is good
  double metastatic_slope = 0.0; ///< on the weight of the metastatic axis
  double early_interval = 12.0;  ///< months between images at first
  Index platform = 0;
  double scanner = 1.0, assay = 1.0; ///< factors of SUV and chromogranin A
  bool pet = true, molecular = true, europe = true, held_out = false;
  std::vector<double> surgeons = {}; ///< preference of each
};

/// All centres: functions of seed, constants and their number. Shares sum to 1.
/// Checked by tests/unit/simulate/net_centres_test.
[[nodiscard]] std::vector<Centre> make_centres(const Design& design);

} // namespace vigil::simulate::net
