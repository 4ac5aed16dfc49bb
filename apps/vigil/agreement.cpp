// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/triage/agreement.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/numeric/tail.hpp"
#include "vigil/report/write_file.hpp"
#include "vigil/storage/table_file.hpp"
#include "vigil/version.hpp"

#include "apps/vigil/verbs.hpp"
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>

namespace vigil::app {

namespace {

using triage::AgreementEstimate;

/// What was rated, and by whom.
struct RatedTable {
  std::vector<std::string> raters, categories;
  triage::Ratings ratings = {};
};

std::vector<std::string> rater_columns(const Options& options, const storage::DataFrame& table) {
  std::vector<std::string> raters = options.texts("raters");
  if (raters.empty()) {
    raters = table.column_names();
  }
  if (raters.size() < 2) {
    options.refuse("raters", "at least two columns of ratings");
  }
  if (std::set<std::string>(raters.begin(), raters.end()).size() < raters.size()) {
    options.refuse("raters", "each column once");
  }
  return raters;
}

/// The categories in their order: as told, else those that occur, sorted.
std::vector<std::string> categories_of(const Options& options,
                                       const std::vector<std::vector<std::string>>& given) {
  std::vector<std::string> categories = options.texts("categories");
  std::set<std::string> found(categories.begin(), categories.end());
  if (found.size() < categories.size()) {
    options.refuse("categories", "each category once");
  }
  if (categories.empty()) {
    for (const auto& column : given) {
      found.insert(column.begin(), column.end());
    }
    found.erase("");
    categories.assign(found.begin(), found.end());
  }
  return categories;
}

RatedTable read_ratings(const Options& options, const std::string& file) {
  const auto frame = storage::read_table(file);
  RatedTable table{.raters = rater_columns(options, frame), .categories = {}};
  std::vector<std::vector<std::string>> given;
  for (const auto& rater : table.raters) {
    given.push_back(frame.texts(rater));
  }
  table.categories = categories_of(options, given);
  table.ratings = {.cases = frame.rows(),
                   .raters = size_of(table.raters),
                   .categories = size_of(table.categories),
                   .category = {}};
  FaultList faults;
  for (std::size_t rater = 0; rater < given.size(); ++rater) {
    for (Index row = 0; row < frame.rows(); ++row) {
      const std::string& text = given[rater][at(row)];
      const auto place = std::find(table.categories.begin(), table.categories.end(), text);
      if (!text.empty() && place == table.categories.end()) {
        faults.add(frame.where(table.raters[rater]) + ", " + frame.row_name(row),
                   vigil::quoted(text));
      }
      table.ratings.category.push_back(
          place == table.categories.end() ? no_index : place - table.categories.begin());
    }
  }
  faults.raise_if_any("a rating is no category",
                      join(table.categories, ", ") + ", or a missing value",
                      "correct the table, or name all categories with --categories");
  return table;
}

/// Rows of agreement.tsv and pairs.tsv.
struct EstimateTable {
  std::vector<std::string> first = {}, second = {}, name = {}, reasons = {};
  std::vector<double> value = {}, se = {}, lower = {}, upper = {};
  std::vector<Index> cases = {};

  void add(std::string measure, const AgreementEstimate& estimate, double level) {
    name.push_back(std::move(measure));
    value.push_back(estimate.value);
    se.push_back(estimate.se);
    const double quantile =
        estimate.cases > 1
            ? student_t_quantile(0.5 + 0.5 * level, static_cast<double>(estimate.cases) - 1.0)
            : std::numeric_limits<double>::quiet_NaN();
    lower.push_back(std::max(-1.0, estimate.value - quantile * estimate.se));
    upper.push_back(std::min(1.0, estimate.value + quantile * estimate.se));
    if (!(estimate.se == estimate.se)) {
      lower.back() = upper.back() = std::numeric_limits<double>::quiet_NaN();
    }
    cases.push_back(estimate.cases);
    reasons.push_back(estimate.undefined_because);
  }
  [[nodiscard]] std::vector<storage::TableColumn> columns() const {
    return {{"coefficient", name},
            {"estimate", value},
            {"se", se},
            {"lower", lower},
            {"upper", upper},
            {"cases", cases},
            {"undefined_because", reasons}};
  }
};

EstimateTable all_raters(const RatedTable& table, triage::AgreementWeights weights, double level) {
  EstimateTable rows;
  rows.add("agreement", triage::raw_agreement(table.ratings, weights), level);
  rows.add("gwet_ac", triage::gwet_coefficient(table.ratings, weights), level);
  rows.add("fleiss_kappa", triage::fleiss_kappa(table.ratings, weights), level);
  rows.add("krippendorff_alpha", triage::krippendorff_alpha(table.ratings, weights), level);
  return rows;
}

void write_pairs(const RatedTable& table,
                 triage::AgreementWeights weights,
                 double level,
                 const std::filesystem::path& folder) {
  EstimateTable rows;
  for (Index one = 0; one < table.ratings.raters; ++one) {
    for (Index other = one + 1; other < table.ratings.raters; ++other) {
      triage::Ratings two{.cases = table.ratings.cases,
                          .raters = 2,
                          .categories = table.ratings.categories,
                          .category = {}};
      for (const Index rater : {one, other}) {
        for (Index i = 0; i < two.cases; ++i) {
          two.category.push_back(table.ratings.of(i, rater));
        }
      }
      rows.add("agreement", triage::raw_agreement(two, weights), level);
      rows.add("cohen_kappa", triage::cohen_kappa(two, 0, 1, weights), level);
      for (int row = 0; row < 2; ++row) {
        rows.first.push_back(table.raters[at(one)]);
        rows.second.push_back(table.raters[at(other)]);
      }
    }
  }
  auto columns = rows.columns();
  columns.insert(columns.begin(), {{"rater", rows.first}, {"other", rows.second}});
  storage::write_table(folder / "pairs.tsv", columns);
}

void write_prevalence(const RatedTable& table, const std::filesystem::path& folder) {
  std::vector<std::string> rater, category;
  std::vector<Index> count;
  std::vector<double> share;
  for (Index one = -1; one < table.ratings.raters; ++one) {
    const auto counts = triage::category_counts(table.ratings, one < 0 ? no_index : one);
    Index all = 0;
    for (const Index number : counts) {
      all += number;
    }
    for (Index k = 0; k < table.ratings.categories; ++k) {
      rater.push_back(one < 0 ? "(all)" : table.raters[at(one)]);
      category.push_back(table.categories[at(k)]);
      count.push_back(counts[at(k)]);
      share.push_back(all > 0 ? static_cast<double>(counts[at(k)]) / static_cast<double>(all)
                              : std::numeric_limits<double>::quiet_NaN());
    }
  }
  const std::vector<storage::TableColumn> columns{
      {"rater", rater}, {"category", category}, {"ratings", count}, {"share", share}};
  storage::write_table(folder / "prevalence.tsv", columns);
}

void write_summary(const RatedTable& table,
                   const std::string& file,
                   const std::string& weights,
                   double level,
                   const std::filesystem::path& folder) {
  nlohmann::ordered_json out;
  out["intended_use"] = intended_use;
  out["vigil"] = version;
  out["file"] = std::filesystem::path(file).filename().string();
  out["cases"] = table.ratings.cases;
  out["raters"] = table.raters;
  out["categories"] = table.categories;
  out["weights"] = weights;
  out["level"] = level;
  report::write_file(folder / "summary.json", out.dump(2) + "\n");
}

/// Agreement is never said without what was said how often: kappa alone misleads where nearly all say the same.
void say(const RatedTable& table, const EstimateTable& rows, Log& log) {
  log.say("ratings   " + count_text(table.ratings.cases) + " cases, " +
          count_text(table.ratings.raters) + " raters");
  const auto counts = triage::category_counts(table.ratings, no_index);
  std::string label = "said      ";
  for (Index k = 0; k < table.ratings.categories; ++k) {
    log.say(label + table.categories[at(k)] + ": " + count_text(counts[at(k)]));
    label = "          ";
  }
  label = "agreement ";
  for (std::size_t row = 0; row < rows.name.size(); ++row) {
    log.say(label + rows.name[row] + " " +
            (rows.reasons[row].empty()
                 ? fixed_text(rows.value[row], 3) + " (" + fixed_text(rows.lower[row], 3) + " to " +
                       fixed_text(rows.upper[row], 3) + ")"
                 : "undefined: " + rows.reasons[row]));
    label = "          ";
  }
}

int run_agreement(const Invocation& invocation) {
  auto& session = invocation.session;
  const Options& options = invocation.options;
  const auto word = options.choice("weights", {"identity", "linear", "quadratic"}, "identity");
  const auto weights = word == "linear"      ? triage::AgreementWeights::linear
                       : word == "quadratic" ? triage::AgreementWeights::quadratic
                                             : triage::AgreementWeights::identity;
  if (word != "identity" && options.texts("categories").empty()) {
    options.refuse("weights",
                   "the categories in their order",
                   "name them from one end to the other with --categories");
  }
  const double level = options.number("level").value_or(0.95);
  if (!(level > 0.0 && level < 1.0)) {
    options.refuse("level", "a number between 0 and 1");
  }
  const auto folder = session.output_folder("agreement-results");
  const RatedTable table = read_ratings(options, invocation.argument());
  const EstimateTable rows = all_raters(table, weights, level);
  storage::write_table(folder / "agreement.tsv", rows.columns());
  write_pairs(table, weights, level, folder);
  write_prevalence(table, folder);
  write_summary(table, invocation.argument(), word, level, folder);
  say(table, rows, session.log());
  session.log().say("written   " + folder.string());
  return 0;
}

constexpr std::array own_options{
    OptionSpec{"raters", "A,B,C", "columns of the raters (default: all but the first)", true},
    OptionSpec{
        "categories", "A,B,C", "what can be said, in order (default: what was said, sorted)", true},
    OptionSpec{"weights", "identity|linear|quadratic", "partial agreement (default identity)"},
    OptionSpec{"level", "L", "coverage of the intervals (default 0.95)"},
};

} // namespace

const Verb agreement_verb{
    .name = "agreement",
    .arguments = "TABLE",
    .least_arguments = 1,
    .most_arguments = 1,
    .summary = "how far raters agree: surgeons, boards, rules",
    .details = "TABLE has a row for each case and a column for each rater. Writes agreement.tsv, "
               "pairs.tsv, prevalence.tsv, summary.json.",
    .options = own_options,
    .reads_cohort = false,
    .run = &run_agreement};

} // namespace vigil::app
