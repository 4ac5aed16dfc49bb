// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/panel_pass.hpp"

#include "vigil/penalized/ridge_dual.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <vector>

namespace vigil::penalized {

namespace {

using Visit = std::function<void(Index first, std::span<const float> values)>;

// Markers from `first` on, a few panels at a time.
void visit_values(Index first, std::span<const float> values, Index subjects, const Visit& visit) {
  const Index most = panels_at_once * panel_columns * subjects;
  for (Index from = 0; from < size_of(values); from += most) {
    const Index count = std::min(most, size_of(values) - from);
    visit(first + from / subjects, values.subspan(at(from), at(count)));
  }
}

// Blocks are read in groups; what is left of a panel waits for the next group.
void visit_blocks(const FeatureSource& source, Scheduler& scheduler, const Visit& visit) {
  const Index subjects = source.subjects(), width = source.block_features();
  const Index together = std::max(scheduler.workers(), panels_at_once * panel_columns / width + 1);
  std::vector<float> values;
  Index first = 0; // marker that the values start with
  for (Index block = 0; block < source.blocks(); block += together) {
    std::vector<Index> blocks(at(std::min(together, source.blocks() - block)));
    std::iota(blocks.begin(), blocks.end(), block);
    const Index end = std::min(source.features(), (block + size_of(blocks)) * width);
    values.resize(at((end - first) * subjects));
    source.pass(scheduler, blocks, [&](const ColumnBlock& read, Index) {
      std::copy(read.values().begin(),
                read.values().end(),
                values.begin() + (read.first_feature() - first) * subjects);
    });
    const Index held = end - first;
    const Index ready = end == source.features() ? held : held / panel_columns * panel_columns;
    visit_values(first, std::span(values).first(at(ready * subjects)), subjects, visit);
    values.erase(values.begin(), values.begin() + ready * subjects);
    first += ready;
  }
}

} // namespace

void pass_panels(std::span<PathFitter* const> fitters,
                 const FeatureMatrix& features,
                 Scheduler& scheduler) {
  const Index subjects = features.subjects();
  std::vector<Index> first_tile{0};
  for (const PathFitter* fitter : fitters) {
    first_tile.push_back(first_tile.back() + fitter->panel_tiles());
  }
  const auto visit = [&](Index first, std::span<const float> values) {
    const Index width = panel_columns * subjects;
    const Index panels = (size_of(values) + width - 1) / width;
    scheduler.for_each(size_of(fitters) * panels, [&](Index task, Index) {
      const Index place = task % panels, from = place * width;
      const auto panel = values.subspan(at(from), at(std::min(width, size_of(values) - from)));
      fitters[at(task / panels)]->take_panel(place, first + place * panel_columns, panel);
    });
    scheduler.for_each(first_tile.back(), [&](Index task, Index) {
      const Index number =
          std::upper_bound(first_tile.begin(), first_tile.end(), task) - first_tile.begin() - 1;
      fitters[at(number)]->add_panels(task - first_tile[at(number)], panels);
    });
  };
  const std::span<const float> memory = features.source().in_memory();
  if (memory.empty()) {
    visit_blocks(features.source(), scheduler, visit);
  } else {
    visit_values(0, memory, subjects, visit);
  }
}

} // namespace vigil::penalized
