// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/fit_paths.hpp"

#include "vigil/penalized/memory_run.hpp"
#include "vigil/penalized/panel_pass.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace vigil::penalized {

PathBatch::PathBatch(const FitBatch& batch,
                     std::span<const PathRequest> requests,
                     FitContext& context)
    : data_(batch.data), context_(context), columns_(batch.data.features) {
  VIGIL_EXPECTS(requests.size() == batch.items.size());
  fitters_.resize(batch.items.size());
  for (const PathRequest& request : requests) {
    check_penalty(request.penalty, batch.data);
    check_grid(request.grid);
  }
  const Index directions = most_directions(data_);
  context_.scheduler.for_each(size(), [&](Index number, Index) {
    const PathRequest& request = requests[at(number)];
    fitters_[at(number)] = std::make_unique<PathFitter>(
        data_,
        batch.items[at(number)],
        request.prepared_on == nullptr ? batch.items[at(number)].weights : *request.prepared_on,
        request.penalty,
        request.grid,
        directions);
    if (!request.predict.empty()) {
      fitters_[at(number)]->predict_for(request.predict);
    }
    if (const RidgeDual* dual = fitters_[at(number)]->dual()) {
      dual->check_size(most_points(request.grid), context_.memory_bytes);
    }
  });
}

void PathBatch::run(std::span<const Index> until) {
  VIGIL_EXPECTS(size_of(until) == size());
  const FeatureSource& source = data_.features.source();
  const bool by_rows = std::any_of(fitters_.begin(), fitters_.end(), [](const auto& fitter) {
    return fitter->dual() != nullptr;
  });
  if (!source.in_memory().empty() && !by_rows) {
    whole_passes_ += advance_in_memory(fitters_, until, columns_, source, context_.scheduler);
    return;
  }
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
    answer();
  }
}

namespace {

/// One marker's product that a fit has asked for.
struct Check {
  Index marker;
  PathFitter* fitter;
  Index number;
};

/// All that the fits of a batch have asked for, in the order of the matrix.
struct Questions {
  std::vector<PathFitter*> sweeping = {};
  std::vector<Index> columns = {};
  std::vector<Check> checks = {};

  /// room: for columns that may be held beside those asked for.
  Questions(std::span<const std::unique_ptr<PathFitter>> fitters, Index room) {
    for (const auto& fitter : fitters) {
      const SweepRequest& request = fitter->request();
      if (!request.sweep.empty()) {
        sweeping.push_back(fitter.get());
      }
      columns.insert(columns.end(), request.columns.begin(), request.columns.end());
      for (const auto& check : request.checks) {
        checks.push_back({check.marker, fitter.get(), check.number});
      }
    }
    if (size_of(checks) <= room) { // most are checked again soon
      for (const Check& check : checks) {
        columns.push_back(check.marker);
      }
    }
    std::sort(columns.begin(), columns.end());
    columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
    std::stable_sort(checks.begin(), checks.end(), [](const Check& left, const Check& right) {
      return left.marker < right.marker;
    });
  }
  [[nodiscard]] std::vector<Index> blocks(const FeatureSource& source) const {
    std::vector<Index> result;
    if (!sweeping.empty()) {
      result.resize(at(source.blocks()));
      std::iota(result.begin(), result.end(), Index{0});
      return result;
    }
    for (const Index column : columns) {
      result.push_back(column / source.block_features());
    }
    for (const Check& check : checks) {
      result.push_back(check.marker / source.block_features());
    }
    std::sort(result.begin(), result.end());
    result.erase(std::unique(result.begin(), result.end()), result.end());
    return result;
  }
  void answer_checks(const ColumnBlock& block) const {
    const Index first = block.first_feature(), last = first + block.features();
    auto check = std::partition_point(
        checks.begin(), checks.end(), [&](const Check& each) { return each.marker < first; });
    for (; check != checks.end() && check->marker < last; ++check) {
      check->fitter->answer_check(check->number, block.column(check->marker - first));
    }
  }
};

} // namespace

// Panels in a pass of their own. Columns that were checked are held too, up to an eighth of the memory. One pass for all else: over every block when some fit sweeps, else over those that
// hold what was asked for.
void PathBatch::answer() {
  std::vector<PathFitter*> by_rows;
  for (const auto& fitter : fitters_) {
    if (fitter->request().panels) {
      by_rows.push_back(fitter.get());
    }
  }
  if (!by_rows.empty()) {
    ++whole_passes_;
    pass_panels(by_rows, data_.features, context_.scheduler);
  }
  constexpr Index float_bytes = 4;
  const Index most_held = context_.memory_bytes / (8 * float_bytes * data_.subjects());
  const Questions questions(fitters_, most_held - columns_.held());
  const FeatureSource& source = data_.features.source();
  const std::vector<Index> blocks = questions.blocks(source);
  if (blocks.empty()) {
    return;
  }
  ++(size_of(blocks) == source.blocks() ? whole_passes_ : partial_passes_);
  const Index subjects = data_.subjects();
  std::vector<float> values(at(size_of(questions.columns) * subjects));
  const SweepRound sweeps(questions.sweeping);
  source.pass(context_.scheduler, blocks, [&](const ColumnBlock& block, Index) {
    sweeps.answer(block);
    questions.answer_checks(block);
    const Index first = block.first_feature(), last = first + block.features();
    auto column = std::lower_bound(questions.columns.begin(), questions.columns.end(), first);
    for (; column != questions.columns.end() && *column < last; ++column) {
      const auto from = block.column(*column - first);
      const Index place = column - questions.columns.begin();
      std::copy(from.begin(), from.end(), values.begin() + place * subjects);
    }
  });
  for (Index place = 0; place < size_of(questions.columns); ++place) {
    columns_.hold(questions.columns[at(place)],
                  std::span(values).subspan(at(place * subjects), at(subjects)));
  }
}

namespace {

/// Bytes of one path beside its residual subspace. most_nonzero: where it ends, at most.
Index fit_bytes(const TrainingData& data, Index most_nonzero) {
  constexpr Index usual = 600; // columns: about what a working set and its curvature hold
  constexpr Index joining = 200, times = 2;
  const Index working_columns =
      most_nonzero < usual ? std::min(usual, joining + times * most_nonzero) : usual;
  return 56 * data.columns() + working_columns * (20 * data.subjects() + 16 * working_columns);
}

constexpr Index fewest_directions = 8, enough_directions = 40;
constexpr Index subspace_bytes = Index{1} << 26;

} // namespace

Index wave_size(const TrainingData& data,
                const FitContext& context,
                std::span<const PathRequest> requests) {
  const Index subspace = 4 * fewest_directions * data.features.features();
  Index by_rows = 0, most_nonzero = requests.empty() ? std::numeric_limits<Index>::max() : 0;
  for (const PathRequest& request : requests) {
    most_nonzero = std::max(most_nonzero, request.grid.most_nonzero);
    if (request.penalty.l1_ratio == 0.0 && data.columns() > data.subjects()) {
      by_rows = std::max(
          by_rows,
          RidgeDual::bytes(
              data.subjects(), data.subjects(), data.columns(), most_points(request.grid)));
    }
  }
  return std::max<Index>(
      1, context.memory_bytes / (fit_bytes(data, most_nonzero) + subspace + by_rows));
}

Index most_directions(const TrainingData& data) {
  const Index markers = std::max<Index>(1, data.features.features());
  return std::clamp(subspace_bytes / (4 * markers), fewest_directions, enough_directions);
}

std::vector<PathFit>
fit_paths(const FitBatch& batch, std::span<const PathRequest> requests, FitContext& context) {
  const KeptBlocks blocks; // of one wave for the next
  std::vector<PathFit> paths;
  const Index wave = wave_size(batch.data, context, requests);
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
