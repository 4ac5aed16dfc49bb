// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/concave_penalty.hpp"

#include <array>

namespace vigil::penalized {

namespace {

struct KindRow {
  PenaltyKind kind;
  std::string_view name;
  double default_gamma, gamma_bound;
};
constexpr std::array kinds{KindRow{PenaltyKind::elastic_net, "elastic-net", 0.0, 0.0},
                           KindRow{PenaltyKind::mcp, "mcp", 3.0, 1.0},
                           KindRow{PenaltyKind::scad, "scad", 3.7, 2.0}};

const KindRow& row_of(PenaltyKind kind) noexcept {
  return kinds[static_cast<std::size_t>(kind)];
}

} // namespace

std::string_view name_of(PenaltyKind kind) noexcept {
  return row_of(kind).name;
}

std::optional<PenaltyKind> parse_penalty_kind(std::string_view name) noexcept {
  for (const KindRow& row : kinds) {
    if (row.name == name) {
      return row.kind;
    }
  }
  return std::nullopt;
}

double default_gamma(PenaltyKind kind) noexcept {
  return row_of(kind).default_gamma;
}

double gamma_bound(PenaltyKind kind) noexcept {
  return row_of(kind).gamma_bound;
}

double PenaltyShape::value(double threshold, double size) const noexcept {
  const double t = threshold;
  switch (kind) {
  case PenaltyKind::elastic_net:
    break;
  case PenaltyKind::mcp:
    return size <= gamma * t ? t * size - size * size / (2.0 * gamma) : gamma * t * t / 2.0;
  case PenaltyKind::scad:
    return size <= t ? t * size
           : size <= gamma * t
               ? (2.0 * gamma * t * size - size * size - t * t) / (2.0 * (gamma - 1.0))
               : t * t * (gamma + 1.0) / 2.0;
  }
  return t * size;
}

double PenaltyShape::slope(double threshold, double size) const noexcept {
  const double t = threshold;
  switch (kind) {
  case PenaltyKind::elastic_net:
    break;
  case PenaltyKind::mcp:
    return size < gamma * t ? t - size / gamma : 0.0;
  case PenaltyKind::scad:
    return size <= t ? t : size < gamma * t ? (gamma * t - size) / (gamma - 1.0) : 0.0;
  }
  return t;
}

double PenaltyShape::bend(double threshold, double size) const noexcept {
  switch (kind) {
  case PenaltyKind::elastic_net:
    break;
  case PenaltyKind::mcp:
    return size <= gamma * threshold ? -1.0 / gamma : 0.0;
  case PenaltyKind::scad:
    return size > threshold && size <= gamma * threshold ? -1.0 / (gamma - 1.0) : 0.0;
  }
  return 0.0;
}

} // namespace vigil::penalized
