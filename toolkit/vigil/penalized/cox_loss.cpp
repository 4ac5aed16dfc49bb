// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/cox_loss.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace vigil::penalized {

namespace {

class CoxCurvature final : public Curvature {
public:
  CoxCurvature(const survival::CoxLikelihood& likelihood, std::span<const double> eta)
      : likelihood_(likelihood) {
    const survival::CoxPoint point = likelihood.evaluate(eta);
    for (Index stratum = 0; stratum < likelihood.strata(); ++stratum) {
      strata_.push_back(likelihood.stratum_curvature(stratum, point));
      positive_rows_ += strata_.back().positive_rows;
      negative_rows_ += strata_.back().negative_rows;
    }
  }
  [[nodiscard]] Index positive_rows() const noexcept override { return positive_rows_; }
  [[nodiscard]] Index negative_rows() const noexcept override { return negative_rows_; }
  void transform(std::span<const double> column,
                 std::span<double> positive,
                 std::span<double> negative) const override {
    Index positive_row = 0, negative_row = 0;
    for (const auto& stratum : strata_) {
      likelihood_.transform(stratum,
                            column,
                            positive.subspan(at(positive_row), at(stratum.positive_rows)),
                            negative.subspan(at(negative_row), at(stratum.negative_rows)));
      positive_row += stratum.positive_rows;
      negative_row += stratum.negative_rows;
    }
  }
  void transform_columns(MatrixView columns,
                         Index first,
                         GrowingMatrix& positive,
                         GrowingMatrix& negative) const override {
    constexpr Index together = survival::CoxLikelihood::together;
    const Index in_groups =
        negative_rows_ > 0 ? 0 : (columns.columns - first) / together * together;
    for (Index group = first; group < first + in_groups; group += together) {
      std::array<const double*, at(together)> from{};
      std::array<double*, at(together)> to{};
      for (Index each = 0; each < together; ++each) {
        from[at(each)] = columns.data + (group + each) * columns.stride;
        to[at(each)] = positive.column(group + each).data();
      }
      for (const auto& stratum : strata_) {
        likelihood_.transform_together(stratum, from, to);
        for (double*& each : to) {
          each += stratum.positive_rows;
        }
      }
    }
    Curvature::transform_columns(columns, first + in_groups, positive, negative);
  }
  void transform_back(std::span<const double> positive, std::span<double> column) const override {
    std::fill(column.begin(), column.end(), 0.0);
    Index positive_row = 0;
    for (const auto& stratum : strata_) {
      likelihood_.transform_back(
          stratum, positive.subspan(at(positive_row), at(stratum.positive_rows)), column);
      positive_row += stratum.positive_rows;
    }
  }

private:
  const survival::CoxLikelihood& likelihood_;
  std::vector<survival::CoxLikelihood::StratumCurvature> strata_;
  Index positive_rows_ = 0, negative_rows_ = 0;
};

} // namespace

LossPoint CoxLoss::evaluate(std::span<const double> eta) const {
  survival::CoxPoint point = likelihood_.evaluate(eta);
  return {.value = point.value, .residual = std::move(point.residual)};
}

double CoxLoss::value(std::span<const double> eta) const {
  return likelihood_.evaluate(eta).value;
}

std::unique_ptr<const Curvature> CoxLoss::curvature(std::span<const double> eta) const {
  return std::make_unique<CoxCurvature>(likelihood_, eta);
}

const survival::CoxLikelihood& cox_likelihood(const Loss& loss) {
  const auto* cox = dynamic_cast<const CoxLoss*>(&loss);
  VIGIL_EXPECTS(cox != nullptr);
  return cox->likelihood();
}

} // namespace vigil::penalized
