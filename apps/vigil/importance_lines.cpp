// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/vigil/importance_lines.hpp"

#include "vigil/base/text.hpp"
#include "vigil/forest/grow_forest.hpp"
#include "vigil/forest/importance.hpp"
#include "vigil/study/forest_rows.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace vigil::app {

void say_importance(const FitDiagnostics& told, Log& log) {
  constexpr std::size_t shown = 5;
  std::string label = "features  ";
  for (const auto& kind : forest::importance_kind_table()) {
    const auto best = most_important_first(told.importance, kind.name);
    if (best.empty()) {
      continue;
    }
    std::vector<std::string> texts;
    for (std::size_t place = 0; place < std::min(shown, best.size()); ++place) {
      texts.push_back(best[place].feature + " " + fixed_text(best[place].importance, 4));
    }
    log.say(label + std::string(kind.name) + ": " + join(texts, ", ") +
            (best.size() > shown ? ", .." : ""));
    label = "          ";
  }
}

bool is_settled(const forest::ErrorPoint& error, const forest::ForestOptions& options) {
  return forest::GrowthTargets{.error = options.target_error, .ranking = options.target_ranking}
      .met_by(error);
}

void say_targets(const forest::ErrorPoint& error, const forest::ForestOptions& options, Log& log) {
  if (is_settled(error, options)) {
    return;
  }
  const std::string ranking =
      options.target_ranking > 0.0
          ? ", or that of the ranking, " + number_text(options.target_ranking) + ","
          : "";
  log.say("          the target of " + number_text(options.target_error) + ranking +
          " was not met by " + count_text(error.trees) + " trees (--most-trees)");
}

} // namespace vigil::app
