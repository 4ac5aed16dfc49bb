// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/vigil/relaxed_output.hpp"

#include "vigil/storage/table_file.hpp"

#include <string>
#include <vector>

namespace vigil::app {

void write_relaxed(const penalized::RelaxedPath& relaxed,
                   const penalized::PathFit& path,
                   const PathInput& input,
                   const Covariates& covariates,
                   const std::filesystem::path& folder) {
  std::vector<Index> index, nonzero, point_of;
  std::vector<double> lambda, deviance, lambda_of, coefficient;
  std::vector<std::string> status, feature;
  const auto order = report_order(path, input);
  for (Index place = 0; place < size_of(order); ++place) {
    const Index point = order[at(place)];
    if (point >= relaxed.points()) {
      continue;
    }
    index.push_back(place + 1);
    lambda.push_back(relaxed.lambda[at(point)]);
    nonzero.push_back(relaxed.nonzero[at(point)]);
    deviance.push_back(relaxed.deviance_explained[at(point)]);
    status.emplace_back(name_of(relaxed.status[at(point)]));
    if (point >= relaxed.fitted()) {
      continue;
    }
    const auto add = [&](const std::string& name, double value) {
      point_of.push_back(place + 1);
      lambda_of.push_back(lambda.back());
      feature.push_back(name);
      coefficient.push_back(value);
    };
    if (!relaxed.intercept.empty()) {
      add("(intercept)", relaxed.intercept[at(point)]);
    }
    const auto features = relaxed.coefficients.features_at(point);
    for (std::size_t column = 0; column < features.size(); ++column) {
      add(covariates.info(features[column]).name, relaxed.coefficients.values_at(point)[column]);
    }
  }
  const std::vector<storage::TableColumn> points{{"index", index},
                                                 {"lambda", lambda},
                                                 {"nonzero", nonzero},
                                                 {"deviance_explained", deviance},
                                                 {"status", status}};
  storage::write_table(folder / "relaxed.tsv", points);
  const std::vector<storage::TableColumn> coefficients{{"index", point_of},
                                                       {"lambda", lambda_of},
                                                       {"feature", feature},
                                                       {"coefficient", coefficient}};
  storage::write_table(folder / "relaxed_coefficients.tsv", coefficients);
}

void write_relaxed_curves(const penalized::RelaxedValidation& relaxed,
                          const penalized::PathFit& path,
                          const std::filesystem::path& folder) {
  std::vector<double> gamma, lambda, loss, loss_se;
  std::vector<Index> index, nonzero;
  for (const auto& curve : relaxed.curves) {
    for (Index point = 0; point < size_of(curve.loss); ++point) {
      gamma.push_back(curve.gamma);
      index.push_back(point + 1);
      lambda.push_back(path.lambda[at(point)]);
      loss.push_back(curve.loss[at(point)]);
      loss_se.push_back(curve.loss_se[at(point)]);
      nonzero.push_back(path.nonzero[at(point)]);
    }
  }
  const std::vector<storage::TableColumn> columns{{"gamma", gamma},
                                                  {"index", index},
                                                  {"lambda", lambda},
                                                  {"loss", loss},
                                                  {"loss_se", loss_se},
                                                  {"nonzero", nonzero}};
  storage::write_table(folder / "relaxed_cv.tsv", columns);
}

RelaxedSummary relaxed_summary(const penalized::RelaxedPath& relaxed) {
  return {.points = relaxed.fitted(), .ended_because = relaxed.ended_because};
}

RelaxedSummary relaxed_summary(const penalized::RelaxedValidation& relaxed,
                               const penalized::PathFit& path) {
  RelaxedSummary summary = relaxed_summary(relaxed.path);
  summary.gamma_min = relaxed.curves[at(relaxed.best)].gamma;
  summary.lambda_min = path.lambda[at(relaxed.minimum)];
  summary.nonzero = path.nonzero[at(relaxed.minimum)];
  return summary;
}

} // namespace vigil::app
