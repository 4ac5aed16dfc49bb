// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/support/survival_case.hpp"
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace vigil::test {

/// "l1", "l2" ..
inline std::vector<std::string> level_names(Index levels) {
  std::vector<std::string> names;
  for (Index level = 1; level <= levels; ++level) {
    names.push_back("l" + std::to_string(level));
  }
  return names;
}

/// A drawn cohort with a category `cell` whose levels change the hazard up and down, by 0.9 each way, and a category `site` of
/// three levels without effect. Every `missing`-th cell of both is missing; 0: none.
inline SurvivalCase
category_case(const RandomKey& key, Index subjects, Index levels, Index missing = 0) {
  SurvivalCase drawn(key, subjects, 3, 1);
  RandomStream draw(key.child("levels"));
  for (const auto& [name, count] : {std::pair<const char*, Index>{"cell", levels}, {"site", 3}}) {
    SurvivalCase::Texts texts{.name = name, .values = {}, .levels = level_names(count)};
    for (Index subject = 0; subject < subjects; ++subject) {
      const Index level = draw.index_below(count);
      const bool lost = missing > 0 && (subject + count) % missing == 0;
      texts.values.push_back(lost ? "" : texts.levels[at(level)]);
      if (std::string(name) == "cell") {
        const double effect = level % 2 == 0 ? 0.9 : -0.9;
        drawn.survival.time[at(subject)] *= std::exp(effect);
      }
    }
    drawn.categories.push_back(std::move(texts));
  }
  return drawn;
}

} // namespace vigil::test
