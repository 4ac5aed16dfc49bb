// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/vigil/filter_request.hpp"

#include <array>
#include <nlohmann/json.hpp>

namespace vigil::app {

namespace {

constexpr std::array table{
    OptionSpec{"filter-keep", "N", "each training set keeps N markers at most (with --filter-by)"},
    OptionSpec{"filter-by",
               "variance|score",
               "those of the largest variance, or of the largest score test adjusted for the "
               "clinical columns"},
};

} // namespace

std::span<const OptionSpec> filter_options() noexcept {
  return table;
}

void check_filter(const Options& options, const MarkerFilter& filter) {
  if (!filter.empty() && options.has("penalty_factor")) {
    options.refuse("penalty_factor",
                   "no penalty factors beside a filter, which may drop what they name",
                   "drop --penalty-factor, or --filter-keep and --filter-by");
  }
}

std::string filter_json(const MarkerFilter& filter) {
  if (filter.empty()) {
    return "null";
  }
  nlohmann::ordered_json out;
  out["keep"] = filter.keep;
  out["by"] = filter.ranking->name();
  return out.dump();
}

} // namespace vigil::app
