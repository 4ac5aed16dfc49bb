// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace vigil::penalized {

/// elastic_net: l1 part in proportion to |b|. mcp, scad: its slope falls to zero where |b| is large, so that large
/// coefficients are not shrunken.
enum class PenaltyKind : std::uint8_t { elastic_net, mcp, scad };
[[nodiscard]] std::string_view name_of(PenaltyKind kind) noexcept;
[[nodiscard]] std::optional<PenaltyKind> parse_penalty_kind(std::string_view name) noexcept;
/// 3 of mcp, 3.7 of scad, 0 (none) of the elastic net.
[[nodiscard]] double default_gamma(PenaltyKind kind) noexcept;
/// What gamma must exceed: 1 of mcp, 2 of scad.
[[nodiscard]] double gamma_bound(PenaltyKind kind) noexcept;

/// The part P of a penalty that has a kink at zero, as a function of x = |b| >= 0 for a threshold t >= 0:
///
///   elastic_net  P = t x
///   mcp          P = t x - x^2 / (2 gamma)                          for x <= gamma t, else gamma t^2 / 2
///   scad         P = t x                                            for x <= t
///                    (2 gamma t x - x^2 - t^2) / (2 (gamma - 1))    for x <= gamma t, else t^2 (gamma + 1) / 2
///
/// so that P'(0) = t, P is continuously differentiable for x > 0, and its curvature is at least -1 / gamma (mcp),
/// -1 / (gamma - 1) (scad). On the scale of the prepared coefficient.
///
/// source      Zhang 2010, Ann. Statist. 38:894 (mcp); Fan, Li 2001, J. Am. Statist. Assoc. 96:1348 (scad)
/// checked by  tests/unit/penalized/concave_penalty_test
struct PenaltyShape {
  PenaltyKind kind = PenaltyKind::elastic_net;
  double gamma = 0.0;

  [[nodiscard]] bool concave() const noexcept { return kind != PenaltyKind::elastic_net; }
  [[nodiscard]] double value(double threshold, double size) const noexcept;
  /// P'(x); t at zero.
  [[nodiscard]] double slope(double threshold, double size) const noexcept;
  /// P''(x), to the left of x at a knot: 0 or negative.
  [[nodiscard]] double bend(double threshold, double size) const noexcept;
};

} // namespace vigil::penalized
