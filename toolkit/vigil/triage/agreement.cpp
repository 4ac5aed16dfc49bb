// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/triage/agreement.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::triage {

namespace {

constexpr const char* no_pairs = "no case was rated by two raters";
constexpr const char* one_category = "all ratings are in one category: chance agrees in full";

double weight(AgreementWeights weights, Index k, Index l, Index categories) {
  if (k == l) {
    return 1.0;
  }
  const double distance =
      static_cast<double>(k - l) / static_cast<double>(std::max<Index>(categories - 1, 1));
  switch (weights) {
  case AgreementWeights::linear:
    return 1.0 - std::fabs(distance);
  case AgreementWeights::quadratic:
    return 1.0 - distance * distance;
  case AgreementWeights::identity:
    break;
  }
  return 0.0;
}

// Ratings of each case in each category.
struct CaseCounts {
  Index categories = 0;
  std::vector<std::vector<double>> count;
  std::vector<double> ratings;
};

CaseCounts case_counts(const Ratings& ratings) {
  CaseCounts counts{.categories = ratings.categories, .count = {}, .ratings = {}};
  for (Index i = 0; i < ratings.cases; ++i) {
    std::vector<double> own(at(ratings.categories), 0.0);
    double all = 0.0;
    for (Index rater = 0; rater < ratings.raters; ++rater) {
      if (ratings.of(i, rater) != no_index) {
        own[at(ratings.of(i, rater))] += 1.0;
        all += 1.0;
      }
    }
    counts.count.push_back(std::move(own));
    counts.ratings.push_back(all);
  }
  return counts;
}

// sum_kl w_kl a_k b_l
double
weighted_product(std::span<const double> a, std::span<const double> b, AgreementWeights weights) {
  const Index categories = size_of(a);
  double total = 0.0;
  for (Index k = 0; k < categories; ++k) {
    for (Index l = 0; l < categories; ++l) {
      total += weight(weights, k, l, categories) * a[at(k)] * b[at(l)];
    }
  }
  return total;
}

// One coefficient of the cases without `left_out` (no_index: of all); NaN where it is not defined.
using Coefficient = double (*)(const CaseCounts& counts, AgreementWeights weights, Index left_out);

double agreement_of(const CaseCounts& counts, AgreementWeights weights, Index left_out) {
  double total = 0.0, cases = 0.0;
  for (Index i = 0; i < size_of(counts.ratings); ++i) {
    const double r = counts.ratings[at(i)];
    if (i != left_out && r >= 2.0) {
      const auto& own = counts.count[at(i)];
      total += (weighted_product(own, own, weights) - r) / (r * (r - 1.0));
      cases += 1.0;
    }
  }
  return total / cases;
}

// pi: mean over rated cases of the shares of the categories.
std::vector<double> mean_shares(const CaseCounts& counts, Index left_out) {
  std::vector<double> share(at(counts.categories), 0.0);
  double cases = 0.0;
  for (Index i = 0; i < size_of(counts.ratings); ++i) {
    cases += i != left_out && counts.ratings[at(i)] > 0.0 ? 1.0 : 0.0;
  }
  for (Index i = 0; i < size_of(counts.ratings); ++i) {
    for (Index k = 0; i != left_out && counts.ratings[at(i)] > 0.0 && k < counts.categories; ++k) {
      share[at(k)] += counts.count[at(i)][at(k)] / counts.ratings[at(i)] / cases;
    }
  }
  return share;
}

double beyond(double observed, double chance) {
  return chance < 1.0 ? (observed - chance) / (1.0 - chance)
                      : std::numeric_limits<double>::quiet_NaN();
}

double fleiss_of(const CaseCounts& counts, AgreementWeights weights, Index left_out) {
  const auto share = mean_shares(counts, left_out);
  for (const double one : share) {
    if (one > 1.0 - 1e-12) {
      return std::numeric_limits<double>::quiet_NaN();
    }
  }
  return beyond(agreement_of(counts, weights, left_out), weighted_product(share, share, weights));
}

double gwet_of(const CaseCounts& counts, AgreementWeights weights, Index left_out) {
  const auto q = static_cast<double>(counts.categories);
  const std::vector<double> ones(at(counts.categories), 1.0);
  double spread = 0.0;
  for (const double share : mean_shares(counts, left_out)) {
    spread += share * (1.0 - share);
  }
  const double chance = weighted_product(ones, ones, weights) / (q * (q - 1.0)) * spread;
  return beyond(agreement_of(counts, weights, left_out), chance);
}

double alpha_of(const CaseCounts& counts, AgreementWeights weights, Index left_out) {
  std::vector<double> margin(at(counts.categories), 0.0);
  double disagreement = 0.0, pairable = 0.0;
  for (Index i = 0; i < size_of(counts.ratings); ++i) {
    const double r = counts.ratings[at(i)];
    if (i == left_out || r < 2.0) {
      continue;
    }
    const auto& own = counts.count[at(i)];
    disagreement += (r * r - weighted_product(own, own, weights)) / (r - 1.0);
    pairable += r;
    for (Index k = 0; k < counts.categories; ++k) {
      margin[at(k)] += own[at(k)];
    }
  }
  const double expected =
      (pairable * pairable - weighted_product(margin, margin, weights)) / (pairable - 1.0);
  return expected > 0.0 ? 1.0 - disagreement / expected : std::numeric_limits<double>::quiet_NaN();
}

AgreementEstimate estimate(const Ratings& ratings, AgreementWeights weights, Coefficient of) {
  const CaseCounts counts = case_counts(ratings);
  AgreementEstimate result;
  std::vector<Index> rated;
  for (Index i = 0; i < ratings.cases; ++i) {
    if (counts.ratings[at(i)] >= 1.0) {
      rated.push_back(i);
    }
    result.cases += counts.ratings[at(i)] >= 2.0 ? 1 : 0;
  }
  if (result.cases == 0) {
    result.undefined_because = no_pairs;
    return result;
  }
  result.value = of(counts, weights, no_index);
  if (std::isnan(result.value)) {
    result.undefined_because = one_category;
    return result;
  }
  std::vector<double> without;
  double mean = 0.0;
  for (const Index i : rated) {
    without.push_back(of(counts, weights, i));
    mean += without.back() / static_cast<double>(rated.size());
  }
  double squares = 0.0;
  for (const double value : without) {
    squares += (value - mean) * (value - mean);
  }
  const auto m = static_cast<double>(rated.size());
  result.se =
      m > 1.0 ? std::sqrt((m - 1.0) / m * squares) : std::numeric_limits<double>::quiet_NaN();
  return result;
}

} // namespace

AgreementEstimate raw_agreement(const Ratings& ratings, AgreementWeights weights) {
  return estimate(ratings, weights, &agreement_of);
}

AgreementEstimate fleiss_kappa(const Ratings& ratings, AgreementWeights weights) {
  return estimate(ratings, weights, &fleiss_of);
}

AgreementEstimate gwet_coefficient(const Ratings& ratings, AgreementWeights weights) {
  if (ratings.categories < 2) {
    AgreementEstimate result;
    result.undefined_because = "one category: name the others that could have been given";
    return result;
  }
  return estimate(ratings, weights, &gwet_of);
}

AgreementEstimate krippendorff_alpha(const Ratings& ratings, AgreementWeights weights) {
  return estimate(ratings, weights, &alpha_of);
}

AgreementEstimate
cohen_kappa(const Ratings& ratings, Index first, Index second, AgreementWeights weights) {
  const Index q = ratings.categories;
  std::vector<double> joint(at(q * q), 0.0), rows(at(q), 0.0), columns(at(q), 0.0);
  AgreementEstimate result;
  for (Index i = 0; i < ratings.cases; ++i) {
    result.cases += ratings.of(i, first) != no_index && ratings.of(i, second) != no_index ? 1 : 0;
  }
  if (result.cases == 0) {
    result.undefined_because = no_pairs;
    return result;
  }
  const auto n = static_cast<double>(result.cases);
  for (Index i = 0; i < ratings.cases; ++i) {
    const Index k = ratings.of(i, first), l = ratings.of(i, second);
    if (k != no_index && l != no_index) {
      joint[at(k * q + l)] += 1.0 / n;
      rows[at(k)] += 1.0 / n;
      columns[at(l)] += 1.0 / n;
    }
  }
  double observed = 0.0;
  std::vector<double> row_weight(at(q), 0.0), column_weight(at(q), 0.0);
  for (Index k = 0; k < q; ++k) {
    for (Index l = 0; l < q; ++l) {
      const double w = weight(weights, k, l, q);
      observed += w * joint[at(k * q + l)];
      row_weight[at(k)] += w * columns[at(l)];
      column_weight[at(l)] += w * rows[at(k)];
    }
  }
  const double chance = weighted_product(rows, columns, weights);
  if (chance > 1.0 - 1e-12) {
    result.undefined_because = one_category;
    return result;
  }
  result.value = beyond(observed, chance);
  double squares = 0.0;
  for (Index k = 0; k < q; ++k) {
    for (Index l = 0; l < q; ++l) {
      const double term = weight(weights, k, l, q) * (1.0 - chance) -
                          (row_weight[at(k)] + column_weight[at(l)]) * (1.0 - observed);
      squares += joint[at(k * q + l)] * term * term;
    }
  }
  const double centre = observed * chance - 2.0 * chance + observed;
  result.se =
      std::sqrt(std::max(0.0, squares - centre * centre) / n) / ((1.0 - chance) * (1.0 - chance));
  return result;
}

std::vector<Index> category_counts(const Ratings& ratings, Index rater) {
  std::vector<Index> counts(at(ratings.categories), 0);
  for (Index one = 0; one < ratings.raters; ++one) {
    for (Index i = 0; (rater == no_index || rater == one) && i < ratings.cases; ++i) {
      if (ratings.of(i, one) != no_index) {
        ++counts[at(ratings.of(i, one))];
      }
    }
  }
  return counts;
}

} // namespace vigil::triage
