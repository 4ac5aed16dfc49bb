// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/storage/streamed_source.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/storage/chunk_codec.hpp"

#include <hdf5.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <condition_variable>
#include <cstring>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>

namespace vigil::storage {

namespace {

constexpr Index tile_features = 16, tile_subjects = 64;

struct RawChunk {
  std::vector<std::byte> bytes; ///< empty: never written, all zeros
  unsigned skipped = 0;
};

/// Hands raw chunks from the reading thread to the workers in the order of their tasks, two at most waiting.
/// A worker takes tasks in ascending order, so the task that the reader waits for always comes.
class ChunkQueue {
public:
  /// Waits for room; false when nobody will take chunks any more.
  bool put(Index task, RawChunk chunk) {
    std::unique_lock<std::mutex> hold(mutex_);
    changed_.wait(hold, [&] { return closed_ || !slot_[at(task % 2)]; });
    if (closed_) {
      return false;
    }
    slot_[at(task % 2)] = Held{task, std::move(chunk)};
    changed_.notify_all();
    return true;
  }
  /// Waits for the chunk of this task; nothing when the reader gave up.
  std::optional<RawChunk> take(Index task) {
    std::unique_lock<std::mutex> hold(mutex_);
    auto& slot = slot_[at(task % 2)];
    changed_.wait(hold, [&] { return closed_ || (slot && slot->task == task); });
    if (!slot || slot->task != task) {
      return std::nullopt;
    }
    RawChunk chunk = std::move(slot->chunk);
    slot.reset();
    changed_.notify_all();
    return chunk;
  }
  void close() {
    const std::lock_guard<std::mutex> hold(mutex_);
    closed_ = true;
    changed_.notify_all();
  }

private:
  struct Held {
    Index task;
    RawChunk chunk;
  };
  std::mutex mutex_;
  std::condition_variable changed_;
  std::array<std::optional<Held>, 2> slot_;
  bool closed_ = false;
};

/// Closes the queue however its side ends, so that the other side does not wait for ever.
class Closing {
public:
  explicit Closing(ChunkQueue& queue) : queue_(&queue) {}
  ~Closing() {
    if (queue_ != nullptr) {
      queue_->close();
    }
  }
  /// All went well: what is in the queue may still be taken.
  void dismiss() noexcept { queue_ = nullptr; }
  Closing(const Closing&) = delete;
  Closing& operator=(const Closing&) = delete;
  Closing(Closing&&) = delete;
  Closing& operator=(Closing&&) = delete;

private:
  ChunkQueue* queue_;
};

/// The matrix in its file; HDF5 is called by one thread at a time.
class ChunkFile {
public:
  ChunkFile(const std::filesystem::path& file, const std::string& path, const MatrixShape& shape)
      : file_(file), dataset_(file_.open_dataset(path)), shape_(shape), where_(file_.where(path)),
        file_bytes_(std::filesystem::file_size(file)), codec_(ChunkCodec::of(dataset_.id())) {
    VIGIL_EXPECTS(codec_.has_value());
  }

  [[nodiscard]] const MatrixShape& shape() const noexcept { return shape_; }

  [[nodiscard]] RawChunk read(Index block) const {
    const std::lock_guard<std::mutex> hold(mutex_);
    prepare_hdf5();
    const std::array<hsize_t, 2> start{0, static_cast<hsize_t>(block * shape_.chunk_features)};
    RawChunk chunk;
    haddr_t address = HADDR_UNDEF;
    hsize_t size = 0;
    if (H5Dget_chunk_info_by_coord(dataset_.id(), start.data(), &chunk.skipped, &address, &size) <
        0) {
      fail_reading(dataset_.id(), where_);
    }
    if (address == HADDR_UNDEF) {
      return chunk;
    }
    if (size == 0 || size > file_bytes_) {
      damaged(block);
    }
    chunk.bytes.resize(size);
    if (H5Dread_chunk(
            dataset_.id(), H5P_DEFAULT, start.data(), &chunk.skipped, chunk.bytes.data()) < 0) {
      fail_reading(dataset_.id(), where_);
    }
    return chunk;
  }

  /// The bytes of a chunk's values, subject after subject, chunk_features each.
  [[nodiscard]] std::vector<std::byte> unpack(Index block, RawChunk chunk) const {
    const Index bytes = shape_.chunk_subjects * shape_.chunk_features * Index{sizeof(float)};
    if (chunk.bytes.empty()) {
      return std::vector<std::byte>(at(bytes));
    }
    auto plain = codec_->unpack(std::move(chunk.bytes), chunk.skipped, bytes);
    if (!plain) {
      damaged(block);
    }
    return std::move(*plain);
  }

private:
  [[noreturn]] void damaged(Index block) const {
    throw InputError(
        {.where = where_ + ", columns from " + number_text(block * shape_.chunk_features + 1),
         .found = "a chunk that cannot be unpacked",
         .expected = "a complete HDF5 file",
         .remedy = "copy or save the file again; it is truncated or damaged",
         .problem = "cannot read " + where_});
  }

  Hdf5File file_;
  Handle dataset_;
  MatrixShape shape_;
  std::string where_;
  std::uintmax_t file_bytes_;
  std::optional<ChunkCodec> codec_;
  mutable std::mutex mutex_;
};

class StreamedSource final : public FeatureSource {
public:
  StreamedSource(std::shared_ptr<const ChunkFile> file, std::vector<double> offset)
      : file_(std::move(file)), offset_(std::move(offset)) {}

  [[nodiscard]] Index subjects() const noexcept override { return file_->shape().subjects; }
  [[nodiscard]] Index features() const noexcept override { return file_->shape().features; }
  [[nodiscard]] Index block_features() const noexcept override {
    return file_->shape().chunk_features;
  }

  void pass(Scheduler& scheduler,
            std::span<const Index> blocks,
            const BlockVisit& visit) const override {
    ChunkQueue queue;
    const auto read_all = [&] {
      Closing closing(queue);
      for (Index task = 0; task < size_of(blocks); ++task) {
        if (!queue.put(task, file_->read(blocks[at(task)]))) {
          return;
        }
      }
      closing.dismiss();
    };
    const auto visit_all = [&] {
      const Closing closing(queue);
      scheduler.for_each(size_of(blocks), [&](Index task, Index worker) {
        auto chunk = queue.take(task);
        if (chunk) {
          visit_chunk(blocks[at(task)], std::move(*chunk), worker, visit);
        }
      });
    };
    scheduler.run_beside(read_all, visit_all);
  }

private:
  void visit_chunk(Index block, RawChunk chunk, Index worker, const BlockVisit& visit) const {
    const std::vector<std::byte> bytes = file_->unpack(block, std::move(chunk));
    const Index first = block * block_features();
    const Index count = std::min(block_features(), features() - first);
    const std::shared_ptr<float[]> columns =
        std::make_shared_for_overwrite<float[]>(at(count * subjects()));
    for (Index start = 0; start < count; start += tile_features) {
      turn(bytes, first, start, std::min(tile_features, count - start), columns.get());
    }
    visit(ColumnBlock(first, count, {columns.get(), at(count * subjects())}, columns), worker);
  }

  /// A strip of features becomes columns less their offsets; by tiles, which stay in the first-level cache.
  void turn(const std::vector<std::byte>& bytes,
            Index first,
            Index start,
            Index strip,
            float* columns) const {
    std::array<std::array<float, tile_features>, tile_subjects> tile;
    const auto size = static_cast<std::size_t>(strip) * sizeof(float);
    for (Index above = 0; above < subjects(); above += tile_subjects) {
      const Index rows = std::min(tile_subjects, subjects() - above);
      for (Index row = 0; row < rows; ++row) {
        const Index place = (above + row) * block_features() + start;
        std::memcpy(tile[at(row)].data(), bytes.data() + at(place) * sizeof(float), size);
      }
      for (Index feature = 0; feature < strip; ++feature) {
        const double offset = offset_[at(first + start + feature)];
        float* column = columns + (start + feature) * subjects() + above;
        for (Index row = 0; row < rows; ++row) {
          column[row] =
              static_cast<float>(static_cast<double>(tile[at(row)][at(feature)]) - offset);
        }
      }
    }
  }

  std::shared_ptr<const ChunkFile> file_;
  std::vector<double> offset_;
};

/// First finite value of each feature, by a pass without offsets. Throws InputError for an infinite value.
std::vector<double> first_values(const std::shared_ptr<const ChunkFile>& file,
                                 const std::string& where,
                                 Scheduler& scheduler) {
  const Index features = file->shape().features;
  auto source = std::make_shared<const StreamedSource>(file, std::vector<double>(at(features)));
  std::vector<double> offset(at(features), 0.0);
  std::vector<Index> infinite(at(features), no_index);
  const FeatureMatrix matrix(source, std::vector<FeatureInfo>(at(features)));
  matrix.pass(scheduler, [&](const ColumnBlock& block, Index) {
    for (Index feature = 0; feature < block.features(); ++feature) {
      const auto column = block.column(feature);
      const auto first = std::find_if(
          column.begin(), column.end(), [](float value) { return std::isfinite(value); });
      const auto bad =
          std::find_if(column.begin(), column.end(), [](float value) { return std::isinf(value); });
      const Index number = block.first_feature() + feature;
      offset[at(number)] = first == column.end() ? 0.0 : static_cast<double>(*first);
      infinite[at(number)] = bad == column.end() ? no_index : bad - column.begin();
    }
  });
  FaultList faults;
  for (Index feature = 0; feature < features; ++feature) {
    if (infinite[at(feature)] != no_index) {
      faults.add(where + ", row " + number_text(infinite[at(feature)] + 1) + ", column " +
                     number_text(feature + 1),
                 "an infinite value");
    }
  }
  faults.raise_if_any("a marker is infinite",
                      "finite values; missing as NaN",
                      "correct the value, or make it NaN if it is unknown");
  return offset;
}

} // namespace

bool can_stream(const Hdf5File& file, const std::string& path, const MatrixShape& shape) {
  if (shape.layout != MatrixLayout::dense || !shape.is_float32 || shape.chunk_features <= 0 ||
      shape.chunk_subjects < shape.subjects) {
    return false;
  }
  const Handle dataset = file.open_dataset(path);
  const Handle type(H5Dget_type(dataset.id()), &H5Tclose);
  return H5Tequal(type.id(), H5T_NATIVE_FLOAT) > 0 && ChunkCodec::of(dataset.id()).has_value();
}

StreamedMatrix open_streamed(const std::filesystem::path& file,
                             const std::string& path,
                             const MatrixShape& shape,
                             Scheduler& scheduler) {
  const auto chunks = std::make_shared<const ChunkFile>(file, path, shape);
  StreamedMatrix matrix;
  matrix.offset = first_values(chunks, file.filename().string() + ":/" + path, scheduler);
  matrix.source = std::make_shared<const StreamedSource>(chunks, matrix.offset);
  return matrix;
}

} // namespace vigil::storage
