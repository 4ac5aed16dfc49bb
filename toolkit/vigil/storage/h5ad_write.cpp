// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/storage/h5ad_write.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/storage/hdf5_writer.hpp"
#include "vigil/version.hpp"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

namespace vigil::storage {

namespace {

void encode(Hdf5Writer& writer,
            const std::string& path,
            const std::string& type,
            const std::string& version) {
  writer.text_attribute(path, "encoding-type", type);
  writer.text_attribute(path, "encoding-version", version);
}

void write_texts(Hdf5Writer& writer, const std::string& path, std::span<const std::string> values) {
  writer.texts(path, values);
  encode(writer, path, "string-array", "0.2.0");
}

void write_dict(Hdf5Writer& writer, const std::string& path) {
  writer.group(path);
  encode(writer, path, "dict", "0.1.0");
}

void write_categorical(Hdf5Writer& writer,
                       const std::string& path,
                       std::span<const std::string> levels,
                       std::span<const Index> codes) {
  const Index largest = size_of(levels) - 1;
  const int bytes = largest <= INT8_MAX ? 1 : largest <= INT16_MAX ? 2 : 4;
  writer.group(path);
  encode(writer, path, "categorical", "0.2.0");
  writer.boolean_attribute(path, "ordered", false);
  write_texts(writer, path + "/categories", levels);
  writer.codes(path + "/codes", codes, bytes);
  encode(writer, path + "/codes", "array", "0.2.0");
}

/// Texts with missing values have no plain form: they become a categorical with sorted levels.
void write_missing_texts(Hdf5Writer& writer,
                         const std::string& path,
                         const std::vector<std::string>& texts) {
  std::set<std::string> different(texts.begin(), texts.end());
  different.erase("");
  const std::vector<std::string> levels(different.begin(), different.end());
  std::vector<Index> codes;
  codes.reserve(texts.size());
  for (const auto& text : texts) {
    const auto place = std::lower_bound(levels.begin(), levels.end(), text) - levels.begin();
    codes.push_back(text.empty() ? no_index : place);
  }
  write_categorical(writer, path, levels, codes);
}

/// Groups for the parts of a column name that hold a `/`, as AnnData itself writes them.
void make_parents(Hdf5Writer& writer,
                  const std::string& frame,
                  const std::string& column,
                  std::set<std::string>& made) {
  for (auto end = column.find('/'); end != std::string::npos; end = column.find('/', end + 1)) {
    const std::string parent = frame + "/" + column.substr(0, end);
    if (made.insert(parent).second) {
      writer.group(parent);
    }
  }
}

void write_frame(Hdf5Writer& writer, const std::string& path, const DataFrame& frame) {
  const std::string& named = frame.index_name();
  const bool usable = !named.empty() && !frame.has(named) && named.find('/') == std::string::npos;
  const std::string index = usable ? named : "_index";
  writer.group(path);
  encode(writer, path, "dataframe", "0.2.0");
  writer.text_attribute(path, "_index", index);
  writer.texts_attribute(path, "column-order", frame.column_names());
  write_texts(writer, path + "/" + index, frame.index());
  std::set<std::string> made;
  for (const auto& column : frame.columns()) {
    const std::string place = path + "/" + column.name;
    make_parents(writer, path, column.name, made);
    switch (column.kind) {
    case ColumnKind::number:
      writer.numbers(place, column.numbers);
      encode(writer, place, "array", "0.2.0");
      break;
    case ColumnKind::category:
      write_categorical(writer, place, column.levels, column.codes);
      break;
    case ColumnKind::text:
      if (std::find(column.texts.begin(), column.texts.end(), "") == column.texts.end()) {
        write_texts(writer, place, column.texts);
      } else {
        write_missing_texts(writer, place, column.texts);
      }
    }
  }
}

void write_pairs(Hdf5Writer& writer,
                 const std::string& path,
                 const std::vector<std::pair<std::string, std::string>>& pairs) {
  if (pairs.empty()) {
    return;
  }
  std::vector<std::string> names;
  std::vector<std::string> values;
  for (const auto& pair : pairs) {
    names.push_back(pair.first);
    values.push_back(pair.second);
  }
  write_texts(writer, path, values);
  write_texts(writer, path + "_of", names);
}

void write_metadata(Hdf5Writer& writer, const CohortMetadata& metadata) {
  write_dict(writer, "uns");
  write_dict(writer, "uns/vigil");
  writer.count("uns/vigil/format", cohort_format);
  encode(writer, "uns/vigil/format", "numeric-scalar", "0.2.0");
  writer.text("uns/vigil/time_unit", std::string(name_of(metadata.time_unit)));
  encode(writer, "uns/vigil/time_unit", "string", "0.2.0");
  write_pairs(writer, "uns/vigil/unit", {metadata.unit.begin(), metadata.unit.end()});
  std::vector<std::pair<std::string, std::string>> moments;
  for (const auto& [name, moment] : metadata.known_at) {
    moments.emplace_back(name, name_of(moment));
  }
  write_pairs(writer, "uns/vigil/known_at", moments);
  write_pairs(writer,
              "uns/vigil/structural_missing",
              {metadata.structural_missing.begin(), metadata.structural_missing.end()});
}

/// Asks for many features at once, writes them chunk by chunk.
void write_matrix(Hdf5Writer& writer, const H5adContents& contents, const H5adOptions& options) {
  const Index subjects = contents.obs.rows();
  const Index features = contents.var.rows();
  const Index column_bytes = std::max<Index>(1, subjects * Index{sizeof(float)});
  const Index width =
      std::clamp<Index>(options.chunk_bytes / column_bytes, 1, std::max<Index>(1, features));
  writer.matrix("X",
                {.subjects = subjects,
                 .features = features,
                 .chunk_features = width,
                 .deflate = options.compress});
  encode(writer, "X", "array", "0.2.0");
  const Index batch = width * std::max<Index>(1, options.buffer_bytes / (width * column_bytes));
  std::vector<float> columns;
  std::vector<float> chunk;
  for (Index first = 0; first < features; first += batch) {
    const Index count = std::min(batch, features - first);
    columns.resize(at(count * subjects));
    contents.features(first, count, columns);
    for (Index start = 0; start < count; start += width) {
      const Index part = std::min(width, count - start);
      chunk.resize(at(part * subjects));
      for (Index feature = 0; feature < part; ++feature) {
        const float* column = columns.data() + (start + feature) * subjects;
        for (Index subject = 0; subject < subjects; ++subject) {
          chunk[at(subject * part + feature)] = column[subject];
        }
      }
      writer.matrix_part("X", first + start, part, chunk);
    }
  }
}

} // namespace

void write_h5ad(const std::filesystem::path& file,
                const H5adContents& contents,
                const H5adOptions& options) {
  if (options.compress < 0 || options.compress > 9) {
    throw ConfigError({.where = "--compress",
                       .found = number_text(Index{options.compress}),
                       .expected = "0 (none) to 9",
                       .remedy = "name a level from 0 to 9",
                       .problem = "there is no such compression"});
  }
  Hdf5Writer writer(file);
  encode(writer, "", "anndata", "0.1.0");
  write_matrix(writer, contents, options);
  write_frame(writer, "obs", contents.obs);
  write_frame(writer, "var", contents.var);
  for (const char* empty : {"layers", "obsm", "obsp", "varm", "varp"}) {
    write_dict(writer, empty);
  }
  write_metadata(writer, contents.metadata);
  for (const auto& [name, table] : contents.tables) {
    write_frame(writer, "uns/" + name, table);
  }
  writer.commit();
}

} // namespace vigil::storage
