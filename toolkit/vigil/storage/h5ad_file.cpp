// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/storage/h5ad_file.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/version.hpp"

#include <algorithm>

namespace vigil::storage {

namespace {

struct Foreign {
  std::string format, remedy;
};

/// Names the format of an HDF5 file that is no .h5ad.
Foreign foreign_format(const Hdf5File& file) {
  const auto is_group = [&file](const char* path) { return file.kind(path) == NodeKind::group; };
  if (file.text_attribute("", "encoding-type").value_or("") == "MuData" || is_group("mod")) {
    return {"MuData (.h5mu)",
            "take one modality out; in Python: mudata.read_h5mu(f).mod['NAME'].write_h5ad(g)"};
  }
  if (file.kind("matrix") == NodeKind::dataset &&
      (is_group("row_attrs") || is_group("col_attrs"))) {
    return {"loom", "convert it; in Python: anndata.read_loom(f).write_h5ad(g)"};
  }
  const std::string tenx = "convert it; in Python: scanpy.read_10x_h5(f).write_h5ad(g)";
  if (file.kind("matrix/barcodes") == NodeKind::dataset) {
    return {"10x Genomics HDF5 (version 3)", tenx};
  }
  for (const auto& child : file.children("")) {
    if (file.kind(child + "/barcodes") == NodeKind::dataset) {
      return {"10x Genomics HDF5 (version 2)", tenx};
    }
  }
  if (file.has_attribute("", "vigil-record")) {
    return {"a model or record written by vigil", "name the cohort, not the model"};
  }
  const auto children = file.children("");
  return {"HDF5 without obs and var (it has: " +
              (children.empty() ? std::string("nothing") : join(children, ", ")) + ")",
          "write the matrix and its tables as an AnnData file (.h5ad)"};
}

} // namespace

Hdf5File open_h5ad(const std::filesystem::path& file) {
  Hdf5File opened(file);
  const bool has_frames =
      opened.kind("obs") != NodeKind::absent && opened.kind("var") != NodeKind::absent;
  if (has_frames && opened.kind("mod") == NodeKind::absent) {
    return opened;
  }
  const Foreign foreign = foreign_format(opened);
  throw InputError({.where = opened.name(),
                    .found = foreign.format,
                    .expected = "an AnnData file (.h5ad)",
                    .remedy = foreign.remedy,
                    .problem = "cannot read " + opened.name()});
}

std::string matrix_path(const Hdf5File& file, const std::string& layer) {
  const std::string path = layer.empty() ? "X" : layer == "raw" ? "raw/X" : "layers/" + layer;
  if (file.kind(path) != NodeKind::absent) {
    return path;
  }
  std::vector<std::string> names;
  if (file.kind("layers") == NodeKind::group) {
    names = file.children("layers");
  }
  if (file.kind("raw/X") != NodeKind::absent) {
    names.emplace_back("raw");
  }
  throw InputError(
      {.where = file.where(path),
       .found = layer.empty() ? "no matrix X" : "no layer " + vigil::quoted(layer),
       .expected = "a matrix of subjects by features",
       .remedy = layer.empty()
                     ? (names.empty() ? std::string("analyse its obs columns alone: "
                                                    "--features none --clinical ...")
                                      : "name another matrix with --layer: " + join(names, ", "))
                     : suggestion(layer, names),
       .problem = "there is no " + path + " in " + file.name()});
}

std::string feature_frame_path(const std::string& layer) {
  return layer == "raw" ? "raw/var" : "var";
}

CohortMetadata read_metadata(const Hdf5File& file) {
  CohortMetadata metadata;
  const std::string root = "uns/vigil";
  if (file.kind(root + "/format") != NodeKind::dataset) {
    return metadata;
  }
  const auto format = file.counts(root + "/format");
  if (format.size() != 1 || format.front() > Index{cohort_format}) {
    throw InputError({.where = file.where(root + "/format"),
                      .found = format.size() == 1 ? "format " + number_text(format.front())
                                                  : std::string("no single number"),
                      .expected = "format " + number_text(Index{cohort_format}) + " or older",
                      .remedy = "use a newer vigil",
                      .problem = "the cohort was written by a newer vigil"});
  }
  const auto texts = [&file, &root](const char* name) {
    const std::string path = root + "/" + name;
    return file.kind(path) == NodeKind::dataset ? file.texts(path) : std::vector<std::string>{};
  };
  const auto unit = texts("time_unit");
  if (unit.size() == 1) {
    metadata.time_unit = parse_time_unit(unit.front()).value_or(TimeUnit::unstated);
  }
  const auto pairs = [&texts](const char* names, const char* values) {
    std::map<std::string, std::string> result;
    const auto name = texts(names);
    const auto value = texts(values);
    for (std::size_t number = 0; number < std::min(name.size(), value.size()); ++number) {
      result[name[number]] = value[number];
    }
    return result;
  };
  metadata.unit = pairs("unit_of", "unit");
  metadata.structural_missing = pairs("structural_missing_of", "structural_missing");
  for (const auto& [name, known] : pairs("known_at_of", "known_at")) {
    if (const auto moment = parse_known_at(known)) {
      metadata.known_at[name] = *moment;
    }
  }
  return metadata;
}

} // namespace vigil::storage
