// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/survival_rows.hpp"

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

namespace vigil::test {

/// Log-rank statistics of a node by their definition, a table at every event time, in plain double. Event times weigh
/// k = S(t-)^rho (1 - S(t-))^gamma, with the Kaplan-Meier curve of the node; `once`: without copies. Strata have tables,
/// curves and permutations of their own.
class LogRankDefinition {
public:
  LogRankDefinition(const forest::SurvivalRows& rows,
                    std::span<const std::uint32_t> numbers,
                    int rho = 0,
                    int gamma = 0,
                    bool once = false)
      : sampling_(!rows.equal_sampling) {
    for (const std::uint32_t row : numbers) {
      subjects_.push_back({.time = rows.moment[row] / 2,
                           .event = rows.moment[row] % 2 == 1,
                           .copies = once ? 1.0 : static_cast<double>(rows.copies[row]),
                           .sampling = sampling_ ? rows.sampling[row] : 1.0,
                           .stratum = rows.stratum.empty() ? 0 : rows.stratum[row]});
    }
    strata_.resize(rows.strata);
    for (std::uint32_t stratum = 0; stratum < rows.strata; ++stratum) {
      take_tables(stratum, rho, gamma);
    }
    take_squares();
  }

  struct Values {
    double numerator = 0.0, exact = 0.0, permutation = 0.0;
    double expected = 0.0, expected_right = 0.0; ///< events
  };
  [[nodiscard]] Values of(const std::vector<bool>& left) const {
    Values values;
    for (const Table& table : tables_) {
      double at_risk = 0.0, died = 0.0;
      for (std::size_t place = 0; place < subjects_.size(); ++place) {
        const Subject& subject = subjects_[place];
        if (left[place] && subject.is_at_risk(table)) {
          at_risk += subject.weight();
          died += subject.dies_at(table) ? subject.weight() : 0.0;
        }
      }
      const double share = at_risk / table.at_risk;
      values.numerator += table.k * (died - table.died * share);
      values.exact += design_ * table.k * table.k * spread(table) * share * (1.0 - share);
      values.expected += table.died * share;
      values.expected_right += table.died * (1.0 - share);
    }
    values.permutation = covariance(left, left);
    return values;
  }

  /// Of the numerators of two cuts under permutation, the first one with fewer on its left.
  [[nodiscard]] double covariance(const std::vector<bool>& less,
                                  const std::vector<bool>& left) const {
    double sum = 0.0;
    for (std::uint32_t stratum = 0; stratum < strata_.size(); ++stratum) {
      const double copies = strata_[stratum].copies;
      double copies_less = 0.0, copies_left = 0.0;
      for (std::size_t place = 0; place < subjects_.size(); ++place) {
        const double own = subjects_[place].stratum == stratum ? subjects_[place].copies : 0.0;
        copies_less += less[place] ? own : 0.0;
        copies_left += left[place] ? own : 0.0;
      }
      if (copies > 1.0) {
        sum += copies_less * (copies - copies_left) / (copies * (copies - 1.0)) *
               strata_[stratum].squares;
      }
    }
    return sum;
  }

private:
  struct Table {
    std::uint32_t time, stratum;
    double at_risk = 0.0, died = 0.0, k = 1.0;
  };
  struct Subject {
    std::uint32_t time;
    bool event;
    double copies, sampling;
    std::uint32_t stratum;
    [[nodiscard]] double weight() const { return copies * sampling; }
    [[nodiscard]] bool is_at_risk(const Table& table) const {
      return stratum == table.stratum && time >= table.time;
    }
    [[nodiscard]] bool dies_at(const Table& table) const {
      return stratum == table.stratum && time == table.time && event;
    }
  };
  struct Stratum {
    double copies = 0.0, squares = 0.0;
  };

  void take_tables(std::uint32_t stratum, int rho, int gamma) {
    double survival = 1.0;
    const std::size_t first_table = tables_.size();
    for (const Subject& first : subjects_) {
      Table table{.time = first.time, .stratum = stratum};
      for (const Subject& subject : subjects_) {
        table.at_risk += subject.is_at_risk(table) ? subject.weight() : 0.0;
        table.died += subject.dies_at(table) ? subject.weight() : 0.0;
      }
      if (table.died > 0.0 &&
          (tables_.size() == first_table || tables_.back().time != table.time)) {
        table.k = std::pow(survival, rho) * std::pow(1.0 - survival, gamma);
        survival *= 1.0 - table.died / table.at_risk;
        tables_.push_back(table);
      }
    }
  }

  [[nodiscard]] double spread(const Table& table) const {
    if (sampling_) {
      return table.died * (1.0 - table.died / table.at_risk);
    }
    return table.at_risk > 1.0 ? table.died * (table.at_risk - table.died) / (table.at_risk - 1.0)
                               : 0.0;
  }

  void take_squares() {
    double weighted = 0.0, plain = 0.0;
    for (const Subject& subject : subjects_) {
      double residual = 0.0;
      for (const Table& table : tables_) {
        residual += subject.dies_at(table) ? table.k : 0.0;
        residual -= subject.is_at_risk(table) ? table.k * table.died / table.at_risk : 0.0;
      }
      strata_[subject.stratum].copies += subject.copies;
      strata_[subject.stratum].squares += subject.copies * std::pow(subject.sampling * residual, 2);
      weighted += std::pow(subject.weight() * residual, 2);
      plain += subject.weight() * residual * residual;
    }
    design_ = sampling_ && plain > 0.0 ? weighted / plain : 1.0;
  }

  bool sampling_;
  double design_ = 1.0;
  std::vector<Subject> subjects_; ///< by time
  std::vector<Table> tables_;     ///< stratum after stratum
  std::vector<Stratum> strata_;
};

} // namespace vigil::test
