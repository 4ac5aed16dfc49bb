// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/importance.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace vigil::forest {

namespace {

constexpr std::array kinds{
    ImportanceKindName{.kind = ImportanceKind::permutation,
                       .name = "permutation",
                       .source = "Breiman 2001; Ishwaran et al. 2008",
                       .use = "what the forest's order of subjects owes to a feature"},
    ImportanceKindName{.kind = ImportanceKind::grouped,
                       .name = "grouped",
                       .source = "Gregorutti, Michel, Saint-Pierre 2015",
                       .use = "features that share their credit"},
    ImportanceKindName{.kind = ImportanceKind::conditional,
                       .name = "conditional",
                       .source = "Strobl et al. 2008",
                       .use = "what a feature has beyond those correlated with it"},
    ImportanceKindName{.kind = ImportanceKind::minimal_depth,
                       .name = "minimal_depth",
                       .source = "Ishwaran et al. 2010",
                       .use = "needs no outcome out of the bag; smaller is more important"},
    ImportanceKindName{.kind = ImportanceKind::impurity_corrected,
                       .name = "impurity_corrected",
                       .source = "Nembrini, Koenig, Wright 2018",
                       .use = "many features, with p-values"},
    ImportanceKindName{.kind = ImportanceKind::shadow,
                       .name = "shadow",
                       .source = "Kursa, Rudnicki 2010",
                       .use = "permutation importance with p-values"},
    ImportanceKindName{.kind = ImportanceKind::hold_out,
                       .name = "hold_out",
                       .source = "Janitza, Celik, Boulesteix 2018",
                       .use = "p-values without the dependence between bag and out of it"},
};

struct LossName {
  ImportanceOn::Loss loss;
  std::string_view name;
};
constexpr std::array loss_names{
    LossName{.loss = ImportanceOn::Loss::concordance, .name = "concordance"},
    LossName{.loss = ImportanceOn::Loss::brier, .name = "brier"},
    LossName{.loss = ImportanceOn::Loss::squared_error, .name = "mse"}};
constexpr std::string_view brier_prefix = "brier@";

} // namespace

std::span<const ImportanceKindName> importance_kind_table() noexcept {
  return kinds;
}

std::string_view name_of(ImportanceKind kind) {
  return std::ranges::find(kinds, kind, &ImportanceKindName::kind)->name;
}

ImportanceKind find_importance_kind(std::string_view name) {
  std::vector<std::string> names;
  for (const ImportanceKindName& each : kinds) {
    if (each.name == name) {
      return each.kind;
    }
    names.emplace_back(each.name);
  }
  throw ConfigError({.where = "importance",
                     .found = "unknown kind " + quoted(name),
                     .expected = "one of " + join(names, ", "),
                     .remedy = suggestion(name, names),
                     .problem = "cannot find the kind of importance"});
}

ImportanceOn ImportanceOn::from_text(std::string_view text) {
  for (const auto& [loss, name] : loss_names) {
    if (text == name) {
      return {.loss = loss};
    }
  }
  if (text.starts_with(brier_prefix)) {
    const auto horizon = parse_number(text.substr(brier_prefix.size()));
    if (horizon && std::isfinite(*horizon) && *horizon > 0.0) {
      return {.brier_horizon = *horizon};
    }
  }
  throw ConfigError({.where = "what importance is judged by",
                     .found = quoted(text),
                     .expected =
                         "concordance, or brier@T with a time T above 0; of a binary outcome "
                         "concordance or brier, of a continuous one mse",
                     .remedy = "write for example brier@365"});
}

std::string ImportanceOn::text() const {
  if (brier_horizon) {
    return std::string(brier_prefix) + number_text(*brier_horizon);
  }
  const auto* found = std::ranges::find(loss_names, loss, &LossName::loss);
  return std::string(found == loss_names.end() ? loss_names.front().name : found->name);
}

} // namespace vigil::forest
