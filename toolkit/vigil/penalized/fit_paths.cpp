// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/fit_paths.hpp"

#include "vigil/penalized/sweep.hpp"

#include <algorithm>
#include <limits>

namespace vigil::penalized {

PathBatch::PathBatch(const FitBatch& batch,
                     std::span<const PathRequest> requests,
                     FitContext& context)
    : data_(batch.data), context_(context) {
  VIGIL_EXPECTS(requests.size() == batch.items.size());
  fitters_.resize(batch.items.size());
  for (const PathRequest& request : requests) {
    check_penalty(request.penalty, batch.data);
    check_grid(request.grid);
  }
  context_.scheduler.for_each(size(), [&](Index number, Index) {
    const PathRequest& request = requests[at(number)];
    fitters_[at(number)] =
        std::make_unique<PathFitter>(data_, batch.items[at(number)], request.penalty, request.grid);
  });
}

void PathBatch::run(std::span<const Index> until) {
  VIGIL_EXPECTS(size_of(until) == size());
  const auto wants_more = [&](Index number) {
    return !path(number).ended &&
           (!fitter(number).begun() || path(number).points() < until[at(number)]);
  };
  for (;;) {
    std::vector<Index> going;
    for (Index number = 0; number < size(); ++number) {
      if (wants_more(number)) {
        going.push_back(number);
      }
    }
    if (going.empty()) {
      return;
    }
    context_.scheduler.for_each(size_of(going), [&](Index place, Index) {
      const Index number = going[at(place)];
      fitters_[at(number)]->advance(columns_, until[at(number)]);
    });
    read_columns();
    sweep();
  }
}

void PathBatch::read_columns() {
  std::vector<Index> missing;
  for (const auto& fitter : fitters_) {
    for (const Index column : fitter->request().columns) {
      if (columns_.count(column) == 0) {
        missing.push_back(column);
      }
    }
  }
  std::sort(missing.begin(), missing.end());
  missing.erase(std::unique(missing.begin(), missing.end()), missing.end());
  if (missing.empty()) {
    return;
  }
  const std::vector<float> values = data_.features.columns(missing, context_.scheduler);
  const Index subjects = data_.subjects();
  for (Index place = 0; place < size_of(missing); ++place) {
    const auto from = values.begin() + place * subjects;
    columns_.emplace(missing[at(place)], std::vector<float>(from, from + subjects));
  }
}

void PathBatch::sweep() {
  std::vector<PathFitter*> asking;
  for (const auto& fitter : fitters_) {
    if (!fitter->request().direction.empty()) {
      asking.push_back(fitter.get());
    }
  }
  if (asking.empty()) {
    return;
  }
  data_.features.pass(context_.scheduler, [&](const ColumnBlock& block, Index) {
    for (Index feature = 0; feature < block.features(); ++feature) {
      const Index column = block.first_feature() + feature;
      const double offset = data_.features.info(column).offset;
      for (PathFitter* fitter : asking) {
        if (fitter->preparation().keeps(column)) {
          fitter->products()[at(column)] = centred_product(block.column(feature),
                                                           fitter->request().direction,
                                                           offset,
                                                           fitter->preparation().column(column));
        }
      }
    }
  });
}

Index wave_size(const TrainingData& data, const FitContext& context) {
  constexpr Index working_columns = 600; // about what a working set and its curvature hold
  const Index bytes =
      8 * (3 * data.columns() + working_columns * (data.subjects() + working_columns));
  return std::max<Index>(1, context.memory_bytes / bytes);
}

std::vector<PathFit>
fit_paths(const FitBatch& batch, std::span<const PathRequest> requests, FitContext& context) {
  std::vector<PathFit> paths;
  const Index wave = wave_size(batch.data, context);
  for (Index first = 0; first < size_of(batch.items); first += wave) {
    const Index count = std::min(wave, size_of(batch.items) - first);
    PathBatch fits({batch.data, batch.items.subspan(at(first), at(count))},
                   requests.subspan(at(first), at(count)),
                   context);
    fits.run(std::vector<Index>(at(count), std::numeric_limits<Index>::max()));
    for (Index number = 0; number < count; ++number) {
      paths.push_back(fits.path(number));
    }
  }
  return paths;
}

std::vector<PathFit> fit_paths(const FitBatch& batch,
                               const PenaltyOptions& penalty,
                               const LambdaGrid& grid,
                               FitContext& context) {
  const std::vector<PathRequest> requests(batch.items.size(), {penalty, grid});
  return fit_paths(batch, requests, context);
}

} // namespace vigil::penalized
