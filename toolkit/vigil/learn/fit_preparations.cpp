// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/learn/preparation.hpp"
#include "vigil/numeric/column_sums.hpp"
#include "vigil/numeric/quantile.hpp"
#include "vigil/numeric/sums.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <utility>

namespace vigil {

namespace {

double fill_of(std::span<const double> raw, const CaseWeights& weights, const std::string& impute) {
  return impute == "mean" ? weighted_moments(raw, weights.values()).mean
                          : weighted_quantile(raw, weights.values(), 0.5);
}

} // namespace

void refuse_missing(std::span<const double> values,
                    const CaseWeights& weights,
                    const FeatureInfo& info) {
  Index missing = 0;
  for (const Index subject : weights.support()) {
    missing += std::isfinite(values[at(subject)]) ? 0 : 1;
  }
  if (missing > 0) {
    throw InputError({.where = "column " + quoted(info.name),
                      .found = number_text(missing) + " missing values",
                      .expected = "no missing values (impute = none)",
                      .remedy = "use --impute median, or leave the column or the rows out",
                      .problem = "cannot use a column with missing values"});
  }
}

void Preparation::fill_from(std::span<const double> raw, const CaseWeights& weights) {
  const Index subjects = weights.subjects();
  VIGIL_EXPECTS(size_of(raw) == columns() * subjects);
  std::vector<Column> rules;
  for (Index column = 0; column < columns(); ++column) {
    rules.push_back(this->column(column));
    double& fill = rules.back().fill;
    if (fill != fill) {
      fill = fill_of(raw.subspan(at(column * subjects), at(subjects)), weights, impute_);
    }
  }
  Preparation filled(rules);
  filled.standardize_ = standardize_;
  filled.impute_ = impute_;
  *this = std::move(filled);
}

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// A weighting, and what its sums about zero say of a column of which they are right in all rows of positive weight; a
/// spread that is not known is NaN.
struct Listed {
  Index item = 0;
  double mean = 0.0, spread = not_a_number;
};

/// The rules of one column after another under some of the weightings.
class ColumnRules {
public:
  ColumnRules(std::span<const CaseWeights> weightings, const PreparationOptions& options)
      : weightings_(weightings), options_(options) {
    for (const CaseWeights& weights : weightings) {
      const auto support = weights.support();
      rows_.push_back({weights.values().data(), support.empty() ? no_index : support.front()});
    }
  }

  /// Calls take(weighting, rule) for each listed one. values: value - offset of all subjects.
  template <class Take>
  void visit(std::span<const double> values,
             const FeatureInfo& info,
             std::span<const Listed> listed,
             const Take& take) const {
    const bool complete =
        std::all_of(values.begin(), values.end(), [](double x) { return std::isfinite(x); });
    if (!complete) {
      for (const Listed& each : listed) {
        take(each.item, rule_with_missing(each, values, info));
      }
      return;
    }
    std::vector<RowWeights> rows;
    for (const Listed& each : listed) {
      rows.push_back(rows_[at(each.item)]);
    }
    std::vector<MomentSums> sums(listed.size());
    moment_sums(values, rows, sums);
    for (std::size_t place = 0; place < listed.size(); ++place) {
      const Index item = listed[place].item;
      const double weight = weightings_[at(item)].total();
      take(item, rule_of(sums[place], weight, not_a_number, info.offset));
    }
  }

private:
  [[nodiscard]] Preparation::Column
  rule_of(const MomentSums& sums, double weight, double fill, double offset) const {
    Preparation::Column rule{.fill = fill + offset};
    if (!(sums.second > 0.0)) { // constant, or nobody has a value
      const double constant = sums.origin == sums.origin ? sums.origin + offset : 0.0;
      rule.fill = rule.shift = rule.centre = constant;
      rule.spread = 0.0;
      rule.keep = false;
      return rule;
    }
    const double shift = sums.first / weight;
    set_moments(
        rule, sums.origin + shift + offset, std::sqrt(sums.second / weight - shift * shift));
    return rule;
  }
  void set_moments(Preparation::Column& rule, double mean, double spread) const {
    rule.centre = mean;
    rule.spread = spread;
    if (options_.standardize) {
      rule.shift = mean;
      rule.scale = spread;
    }
  }
  [[nodiscard]] Preparation::Column rule_with_missing(const Listed& listed,
                                                      std::span<const double> values,
                                                      const FeatureInfo& info) const {
    const CaseWeights& weights = weightings_[at(listed.item)];
    if (options_.impute == "none") {
      refuse_missing(values, weights, info);
    }
    const auto support = weights.support();
    const Index seen = std::count_if(support.begin(), support.end(), [&](Index subject) {
      return std::isfinite(values[at(subject)]);
    });
    if (seen == 0) {
      return rule_of({.origin = not_a_number}, 0.0, 0.0, 0.0);
    }
    const double fill = fill_of(values, weights, options_.impute);
    // What others miss must not change a digit here.
    if (seen == size_of(support) && listed.spread == listed.spread) {
      Preparation::Column rule{.fill = fill + info.offset};
      set_moments(rule, listed.mean + info.offset, listed.spread);
      return rule;
    }
    std::vector<double> filled(values.begin(), values.end());
    for (double& value : filled) {
      value = std::isfinite(value) ? value : fill;
    }
    MomentSums sums;
    moment_sums(filled, {&rows_[at(listed.item)], 1}, {&sums, 1});
    return rule_of(sums, weights.total(), fill, info.offset);
  }

  std::span<const CaseWeights> weightings_;
  const PreparationOptions& options_;
  std::vector<RowWeights> rows_;
};

/// Special columns of each weighting, columns ascending; empty where no weighting has one.
using Specials = std::vector<std::vector<Preparation::Special>>;

PackedWeightings packed(std::span<const CaseWeights> weightings, Index subjects) {
  std::vector<std::span<const double>> weights;
  for (const CaseWeights& each : weightings) {
    weights.push_back(each.values());
  }
  return {weights, subjects};
}

bool all_finite(std::span<const float> values) {
  std::uint32_t largest = 0; // as bits without the sign, floats are ordered: finite, infinite, NaN
  for (const float value : values) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    largest = std::max(largest, bits & 0x7fffffffU);
  }
  return largest < 0x7f800000U;
}

/// 0 where a value is missing: right for a weighting that does not count that row.
std::vector<float> without_missing(std::span<const float> values) {
  std::vector<float> result(values.begin(), values.end());
  std::replace_if(
      result.begin(), result.end(), [](float value) { return !std::isfinite(value); }, 0.0F);
  return result;
}

/// The preparations of all weightings, column by column.
class Fits {
public:
  Fits(const TrainingData& data,
       std::span<const CaseWeights> weightings,
       const PreparationOptions& options)
      : data_(data), weightings_(weightings), packed_(packed(weightings, data.subjects())),
        rules_(weightings, options),
        preparations_(weightings.size(), Preparation(data.columns(), options)) {}

  void fit_block(const ColumnBlock& block, Specials& specials) {
    ColumnSums sums(packed_);
    for (Index first = 0; first < block.features(); first += columns_at_once) {
      const Index count = std::min(columns_at_once, block.features() - first);
      fit_markers(
          block.first_feature() + first,
          block.values().subspan(at(first * data_.subjects()), at(count * data_.subjects())),
          sums,
          specials);
    }
  }

  void fit_clinical(Index column, Specials& specials) {
    FeatureInfo info = data_.clinical.info(column);
    info.offset = 0.0; // clinical columns are stored as they are
    std::vector<Listed> all(weightings_.size());
    for (Index item = 0; item < size_of(all); ++item) {
      all[at(item)].item = item;
    }
    fit_column(
        data_.features.features() + column, data_.clinical.column(column), info, all, specials);
  }

  /// The preparations with the special columns: those of the markers' blocks, then the clinical ones.
  std::vector<Preparation> take(std::span<const Specials> specials) {
    for (const Specials& part : specials) {
      for (std::size_t item = 0; item < part.size(); ++item) {
        preparations_[item].add_special(part[item]);
      }
    }
    return std::move(preparations_);
  }

private:
  static constexpr Index columns_at_once = 64;

  void
  fit_markers(Index first, std::span<const float> values, ColumnSums& sums, Specials& specials) {
    const Index count = size_of(values) / data_.subjects();
    std::array<double, columns_at_once> offset{};
    std::array<bool, columns_at_once> complete{};
    for (Index place = 0; place < count; ++place) {
      offset[at(place)] = data_.features.offset(first + place);
    }
    if (!set_if_all_finite(values, sums)) {
      for (Index place = 0; place < count; ++place) {
        complete[at(place)] = all_finite(column_of(values, place));
      }
      sums.set(without_missing(values));
    } else {
      complete.fill(true);
    }
    std::array<std::vector<Listed>, columns_at_once> others; // not regular, or of unknown spread
    for (Index item = 0; item < size_of(weightings_); ++item) {
      const ColumnMoments moments = sums.moments(item, weightings_[at(item)].total());
      Preparation& preparation = preparations_[at(item)];
      for (Index place = 0; place < count; ++place) {
        const double mean = moments.mean[at(place)], spread = moments.spread[at(place)];
        if (complete[at(place)] && spread == spread) {
          preparation.set_regular(first + place, mean + offset[at(place)], spread);
        } else {
          others[at(place)].push_back({item, mean, spread});
        }
      }
    }
    for (Index place = 0; place < count; ++place) {
      if (!others[at(place)].empty()) {
        const auto stored = column_of(values, place);
        const std::vector<double> column(stored.begin(), stored.end());
        fit_column(
            first + place, column, data_.features.info(first + place), others[at(place)], specials);
      }
    }
  }

  // Reads the columns once where the sums themselves tell.
  [[nodiscard]] bool set_if_all_finite(std::span<const float> values, ColumnSums& sums) const {
    if (!packed_.multiplies_all()) {
      if (!all_finite(values)) {
        return false;
      }
      sums.set(values);
      return true;
    }
    sums.set(values);
    const auto seconds = sums.second(0);
    return std::all_of(
        seconds.begin(), seconds.end(), [](double second) { return std::isfinite(second); });
  }
  [[nodiscard]] std::span<const float> column_of(std::span<const float> values, Index place) const {
    return values.subspan(at(place * data_.subjects()), at(data_.subjects()));
  }

  void fit_column(Index column,
                  std::span<const double> values,
                  const FeatureInfo& info,
                  std::span<const Listed> listed,
                  Specials& specials) {
    rules_.visit(values, info, listed, [&](Index item, const Preparation::Column& rule) {
      if (rule.keep && rule.fill != rule.fill) {
        preparations_[at(item)].set_regular(column, rule.centre, rule.spread);
      } else {
        specials.resize(weightings_.size());
        specials[at(item)].push_back({column, rule});
      }
    });
  }

  const TrainingData& data_;
  std::span<const CaseWeights> weightings_;
  PackedWeightings packed_;
  ColumnRules rules_;
  std::vector<Preparation> preparations_;
};

} // namespace

std::vector<Preparation> fit_preparations(const TrainingData& data,
                                          std::span<const CaseWeights> weightings,
                                          const PreparationOptions& options,
                                          Scheduler& scheduler) {
  const Index block_features = std::max<Index>(1, data.features.source().block_features());
  const Index blocks = data.features.source().blocks(), clinical = data.clinical.columns();
  std::vector<Specials> specials(at(blocks + clinical));
  Fits fits(data, weightings, options);
  data.features.pass(scheduler, [&](const ColumnBlock& block, Index) {
    fits.fit_block(block, specials[at(block.first_feature() / block_features)]);
  });
  scheduler.for_each(clinical, [&](Index column, Index) {
    fits.fit_clinical(column, specials[at(blocks + column)]);
  });
  auto preparations = fits.take(specials);
  if (!options.cut.empty()) {
    options.cut.apply(data, weightings, preparations, scheduler);
  }
  if (!options.filter.empty()) {
    options.filter.apply(data, weightings, preparations, scheduler);
  }
  return preparations;
}

} // namespace vigil
