// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/active_set.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace vigil::penalized {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

} // namespace

ActiveSet::ActiveSet(const QuadraticPenalty& terms, std::span<double> start, double goal)
    : penalty(terms), b(start), tolerance(goal), side(start.size(), Side::zero),
      sign(start.size(), 0.0), fresh(start.size(), 0), refused(start.size(), 0),
      slope(start.size(), 0.0) {
  for (Index place = 0; place < order(); ++place) {
    const double value = b[at(place)];
    const bool inside = value > lower(place) && value < upper(place);
    if (inside && (value != 0.0 || l1(place) == 0.0)) {
      make_free(place, sign_of(value));
      fresh[at(place)] = 0;
    } else {
      stop(place);
    }
  }
}

void ActiveSet::make_free(Index place, double direction) {
  side[at(place)] = Side::free;
  sign[at(place)] = l1(place) > 0.0 ? direction : 0.0;
  fresh[at(place)] = b[at(place)] == 0.0 ? 1 : 0;
}

void ActiveSet::stop(Index place) {
  const double value = b[at(place)];
  side[at(place)] = value == 0.0 && l1(place) > 0.0 ? Side::zero
                    : value <= lower(place)         ? Side::lower
                    : value >= upper(place)         ? Side::upper
                                                    : Side::zero;
  fresh[at(place)] = 0;
}

std::pair<double, double> ActiveSet::wish(Index place) const {
  const double pull = slope[at(place)] - l2(place) * b[at(place)];
  const double value = b[at(place)];
  const auto gain = [&](double direction) {
    const bool away = value == 0.0 || sign_of(value) == direction;
    const bool room = direction > 0.0 ? value < upper(place) : value > lower(place);
    return room ? direction * pull - (away ? l1(place) : -l1(place)) : 0.0;
  };
  const double up = gain(1.0), down = gain(-1.0);
  return up >= down ? std::pair(up, 1.0) : std::pair(down, -1.0);
}

bool ActiveSet::drop_fresh(std::span<const Index> places, std::span<const double> target) {
  bool dropped = false;
  for (Index number = 0; number < size_of(places); ++number) {
    const Index place = places[at(number)];
    if (fresh[at(place)] != 0 && sign[at(place)] != 0.0 &&
        target[at(number)] * sign[at(place)] <= 0.0) {
      stop(place);
      dropped = true;
    }
  }
  return dropped;
}

void ActiveSet::cut_along(std::span<const Index> places,
                          std::span<const double> target,
                          std::span<const double> step,
                          double bend) {
  struct Kink {
    double where;
    Index place;
    double rise; ///< of the slope; infinite at a limit
  };
  std::vector<Kink> kinks;
  for (Index number = 0; number < size_of(places); ++number) {
    const Index place = places[at(number)];
    const double from = b[at(place)], to = target[at(number)], change = step[at(number)];
    if (from != 0.0 && sign[at(place)] != 0.0 && to * sign[at(place)] <= 0.0) {
      kinks.push_back({from / (from - to), place, 2.0 * l1(place) * std::fabs(change)});
    }
    const double limit = change > 0.0 ? upper(place) : lower(place);
    if ((change > 0.0 && to > limit) || (change < 0.0 && to < limit)) {
      kinks.push_back({(limit - from) / change, place, infinity});
    }
  }
  std::sort(kinks.begin(), kinks.end(), [](const Kink& left, const Kink& right) {
    return std::pair(left.where, left.place) < std::pair(right.where, right.place);
  });
  double fall = -bend, length = 1.0;
  const Kink* stopped = nullptr;
  for (const Kink& kink : kinks) {
    if (fall + bend * kink.where >= 0.0) {
      break;
    }
    fall += kink.rise;
    if (fall + bend * kink.where >= 0.0) {
      stopped = &kink;
      break;
    }
  }
  if (stopped != nullptr) {
    length = stopped->where;
  } else if (bend > 0.0) {
    length = std::min(1.0, -fall / bend);
  }
  for (Index number = 0; number < size_of(places); ++number) {
    const Index place = places[at(number)];
    double& value = b[at(place)];
    const double before = value;
    value += length * step[at(number)];
    if (stopped != nullptr && stopped->place == place) {
      value = std::isfinite(stopped->rise) ? 0.0
              : step[at(number)] > 0.0     ? upper(place)
                                           : lower(place);
      stop(place);
    } else if (sign[at(place)] != 0.0) {
      if (std::fabs(value) <= 1e-14 * std::fabs(before)) {
        value = 0.0;
        stop(place);
      } else {
        sign[at(place)] = sign_of(value);
      }
    }
    fresh[at(place)] = value == 0.0 ? fresh[at(place)] : 0;
  }
}

ActiveSet::Released ActiveSet::release(bool one_only) {
  Released result;
  std::vector<std::pair<Index, double>> joining; // place, direction
  double strongest = 0.0;
  violation = 0.0;
  for (Index place = 0; place < order(); ++place) {
    if (free(place)) {
      result.inaccurate = std::max(result.inaccurate, std::fabs(force(place)));
      continue;
    }
    const auto [gain, direction] = wish(place);
    violation = std::max(violation, gain);
    if (gain > tolerance && refused[at(place)] == 0) {
      if (!one_only) {
        joining.push_back({place, direction});
      } else if (gain > strongest) {
        joining.assign(1, {place, direction});
      }
      strongest = std::max(strongest, gain);
    }
  }
  violation = std::max(violation, result.inaccurate);
  for (const auto& [place, direction] : joining) {
    make_free(place, direction);
  }
  result.any = !joining.empty();
  return result;
}

} // namespace vigil::penalized
