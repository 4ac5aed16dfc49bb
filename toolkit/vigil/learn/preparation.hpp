// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"
#include "vigil/cohort/case_weights.hpp"
#include "vigil/cohort/training_data.hpp"
#include "vigil/learn/cut_choice.hpp"
#include "vigil/learn/marker_filter.hpp"
#include "vigil/learn/record.hpp"

#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vigil {

/// impute: "median", "mean" or "none" (missing values are then refused). cut, then filter: after filling.
struct PreparationOptions {
  std::string impute = "median";
  bool standardize = true;
  CutRule cut = {};
  MarkerFilter filter = {};
};

/// How raw columns become prepared ones, fitted on training weights only and applied lazily anywhere:
///
///   prepared = (x' - shift) / scale,   x' = x, or fill where x is missing
///
/// shift = weighted mean of x', scale = weighted SD of x' (divisor W) when standardizing; else shift = 0,
/// scale = 1. All in the raw unit. A column that is constant or has no value in training is not kept, nor is one that a
/// filter has dropped.
///
/// fill is NaN where no subject of the cohort has a missing value, in training or not: a model that keeps the column
/// asks for it by fill_from().
class Preparation {
public:
  struct Column {
    double fill = 0.0, shift = 0.0, scale = 1.0;
    double centre = 0.0, spread = 1.0; ///< weighted mean and SD of x' whether or not they are used
    bool keep = true;
  };
  explicit Preparation(const std::vector<Column>& columns);
  /// `columns` columns for which set() is still to be called.
  Preparation(Index columns, const PreparationOptions& options);

  [[nodiscard]] Index columns() const noexcept { return size_of(spread_); }
  [[nodiscard]] Column column(Index column) const {
    return regular(column) ? regular_column(column)
           : drops(column) ? Column{.keep = false}
                           : *find_special(column);
  }
  [[nodiscard]] bool keeps(Index column) const {
    return regular(column) || (!drops(column) && find_special(column)->keep);
  }
  /// Whether a filter has dropped the column; its values are then of no use to anybody.
  [[nodiscard]] bool drops(Index column) const noexcept {
    return !regular(column) && centre_[at(column)] != centre_[at(column)];
  }
  [[nodiscard]] bool drops_any() const noexcept { return drops_any_; }
  void drop(Index column) noexcept {
    centre_[at(column)] = spread_[at(column)] = std::numeric_limits<double>::quiet_NaN();
    drops_any_ = true;
  }
  /// Prepared value of one raw value.
  [[nodiscard]] double apply(Index column, double raw) const {
    const Column rule = this->column(column);
    return ((raw == raw ? raw : rule.fill) - rule.shift) / rule.scale;
  }
  /// The rules of the listed columns alone, in that order: what a model keeps.
  [[nodiscard]] Preparation select(std::span<const Index> listed) const;
  /// Computes the fills that are NaN from raw values (columns() x subjects) and the training weights.
  void fill_from(std::span<const double> raw, const CaseWeights& weights);

  /// Most columns are kept, complete, and follow the options: centre and spread say it all. Different columns may be set
  /// by different threads; the others are collected by each and added afterwards, columns ascending.
  struct Special {
    Index column = 0;
    Column rule = {};
  };
  void set_regular(Index column, double centre, double spread) {
    centre_[at(column)] = centre;
    spread_[at(column)] = spread;
  }
  void add_special(std::span<const Special> specials);

  [[nodiscard]] Record record() const;
  [[nodiscard]] static Preparation from_record(const Record& record);

private:
  [[nodiscard]] bool regular(Index column) const noexcept {
    return spread_[at(column)] == spread_[at(column)];
  }
  [[nodiscard]] Column regular_column(Index column) const {
    const double centre = centre_[at(column)], spread = spread_[at(column)];
    return {.fill = std::numeric_limits<double>::quiet_NaN(),
            .shift = standardize_ ? centre : 0.0,
            .scale = standardize_ ? spread : 1.0,
            .centre = centre,
            .spread = spread,
            .keep = true};
  }
  [[nodiscard]] const Column* find_special(Index column) const;

  std::vector<double> centre_, spread_; ///< spread NaN: a special column; both: a dropped one
  std::vector<Special> special_;        ///< by column
  bool standardize_ = true, drops_any_ = false;
  std::string impute_ = "median";
};

/// One preparation for each weighting, in one pass over the matrix; sees training rows (weight > 0) only. A filter may
/// need further passes.
/// Throws InputError for impute = "none" when a training row of a kept column has missing values.
[[nodiscard]] std::vector<Preparation> fit_preparations(const TrainingData& data,
                                                        std::span<const CaseWeights> weightings,
                                                        const PreparationOptions& options,
                                                        Scheduler& scheduler);

/// Throws the InputError of impute = "none" when a value of a training row (weight > 0) is missing.
void refuse_missing(std::span<const double> values,
                    const CaseWeights& weights,
                    const FeatureInfo& info);

/// Prepared values of the listed columns (markers first, then clinical), one column after another:
/// listed.size() x subjects. `preparation` has one rule per listed column, in that order.
[[nodiscard]] std::vector<double> prepared_columns(const Covariates& covariates,
                                                   std::span<const Index> listed,
                                                   const Preparation& preparation,
                                                   Scheduler& scheduler);

/// Raw values of one clinical column or the listed marker columns in double, NaN = missing:
/// listed.size() x subjects.
[[nodiscard]] std::vector<double>
raw_columns(const Covariates& covariates, std::span<const Index> listed, Scheduler& scheduler);

/// Column numbers of a model's features in another cohort, found by name. Throws InputError that lists the
/// missing ones and the nearest names.
[[nodiscard]] std::vector<Index> find_columns(const Covariates& covariates,
                                              std::span<const std::string> names);
/// The same among names that are given; the first of equal ones.
[[nodiscard]] std::vector<Index> find_names(std::span<const std::string_view> all,
                                            std::span<const std::string> names);

} // namespace vigil
