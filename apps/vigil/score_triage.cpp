// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/digest.hpp"
#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/report/write_file.hpp"
#include "vigil/version.hpp"

#include "apps/vigil/score_tables.hpp"
#include "apps/vigil/triage_table.hpp"
#include "apps/vigil/truth_file.hpp"
#include "apps/vigil/verbs.hpp"
#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <nlohmann/json.hpp>

namespace vigil::app {

namespace {

using triage::ScoreKind;

/// Upper ends of the bands of size in mm; the last band has none.
constexpr std::array size_bands{10.0, 15.0, 20.0, 30.0, 40.0};

/// Subjects of one level of a grouping.
struct Level {
  std::string group, name;
  std::vector<Index> subjects = {};
};

std::vector<Level> levels_of(const TruthFile& truth, std::span<const Index> places) {
  std::vector<Level> levels{{"all", ""}};
  for (Index i = 0; i < size_of(places); ++i) {
    levels.front().subjects.push_back(i);
  }
  for (std::size_t band = 0; band <= size_bands.size(); ++band) {
    const std::string name =
        band == 0 ? "<=" + number_text(size_bands.front())
        : band == size_bands.size()
            ? ">" + number_text(size_bands.back())
            : number_text(size_bands.at(band - 1)) + "-" + number_text(size_bands.at(band));
    levels.push_back({"size", name});
  }
  const auto sizes = truth.size(places);
  for (Index i = 0; i < size_of(places); ++i) {
    const auto band = static_cast<std::size_t>(
        std::lower_bound(size_bands.begin(), size_bands.end(), sizes[at(i)]) - size_bands.begin());
    levels[1 + band].subjects.push_back(i);
  }
  const auto centres = truth.centre(places);
  std::map<std::string, std::vector<Index>> by_centre;
  for (Index i = 0; i < size_of(places); ++i) {
    by_centre[centres[at(i)]].push_back(i);
  }
  for (auto& [name, subjects] : by_centre) {
    levels.push_back({"centre", name, std::move(subjects)});
  }
  return levels;
}

/// The horizons to score at: those of the truth, or the one that the triage states. Throws ConfigError where the triage
/// is made for another horizon or estimand and `crossed` does not allow it.
std::vector<double>
scored_horizons(const TriageTable& table, const TruthFile& truth, bool crossed) {
  const auto& known = truth.horizons();
  if (crossed || (std::isnan(table.horizon) && table.estimand != Estimand::event_risk)) {
    return known;
  }
  const auto refuse = [&](std::string found, std::string expected, const char* problem) {
    throw ConfigError({.where = table.file,
                       .found = std::move(found),
                       .expected = std::move(expected),
                       .remedy = "--cross-estimand scores it all the same, and says so",
                       .problem = problem});
  };
  if (table.estimand == Estimand::event_risk) {
    refuse("decisions on the risk of an event",
           "decisions on " + truth.estimand() + ", the estimand of " + truth.name(),
           "the triage and the truth have different estimands");
  }
  if (std::find(known.begin(), known.end(), table.horizon) == known.end()) {
    std::vector<std::string> names;
    names.reserve(known.size());
    for (const double horizon : known) {
      names.push_back(number_text(horizon));
    }
    refuse("horizon " + number_text(table.horizon),
           "one of " + join(names, ", ") + " " + truth.time_unit() + ", the horizons of " +
               truth.name(),
           "the triage and the truth have different horizons");
  }
  return {table.horizon};
}

struct Request {
  const TriageTable& table;
  const TruthFile& truth;
  std::string quality;
  std::vector<double> horizons;
};

/// Every group at every horizon under every set of utilities; all subjects first in each cell and meaning of the board.
std::vector<ScoredGroup> score_groups(const Request& request) {
  const auto& truth = request.truth;
  const auto places = truth.places(request.table.subject, request.table.file);
  const auto levels = levels_of(truth, places);
  const auto care = truth.care(places);
  std::vector<ScoredGroup> groups;
  for (const double horizon : request.horizons) {
    for (const auto& utility : truth.utilities()) {
      const auto expected = truth.expected({request.quality, utility, horizon}, places);
      for (const auto way : triage::board_ways) {
        const triage::Decided decided{request.table.action, care, way};
        for (const auto& level : levels) {
          groups.push_back({horizon,
                            utility,
                            way,
                            level.group,
                            level.name,
                            triage::score(expected, decided, level.subjects, truth.margins())});
        }
      }
    }
  }
  return groups;
}

std::string percent(const triage::Score& score) {
  return score.undefined_because.empty() ? fixed_text(100.0 * score.estimate, 1) + " %" : "NA";
}

/// Wrong directions come first: gains are small.
void say_scores(Session& session, const std::vector<ScoredGroup>& all, const TruthFile& truth) {
  const auto& margins = truth.margins();
  const auto& utilities = truth.utilities();
  const double margin =
      std::find(margins.begin(), margins.end(), 0.05) != margins.end() ? 0.05 : margins.front();
  const bool usual = std::find(utilities.begin(), utilities.end(), "balanced") != utilities.end();
  const std::string utility = usual ? "balanced" : utilities.front();
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  for (const auto& group : all) {
    if (group.utility != utility || group.board != triage::BoardAs::care) {
      continue;
    }
    const auto& wrong = group.find(ScoreKind::wrong_direction, margin);
    const auto& regret = group.find(ScoreKind::regret, none);
    session.log().say(
        fmt::format("at {:<6} wrong direction {} ({}-{}), accuracy {}, regret {}, board {}",
                    number_text(group.horizon),
                    percent(wrong),
                    fixed_text(100.0 * wrong.lower, 1),
                    fixed_text(100.0 * wrong.upper, 1),
                    percent(group.find(ScoreKind::accuracy, margin)),
                    regret.undefined_because.empty()
                        ? fixed_text(regret.estimate, 4) + " (" + fixed_text(regret.lower, 4) +
                              " to " + fixed_text(regret.upper, 4) + ")"
                        : "NA",
                    percent(group.find(ScoreKind::board_share, none))));
    if (!regret.undefined_because.empty()) {
      session.log().say("          regret NA: " + regret.undefined_because);
    }
  }
  session.log().say("          utilities " + utility + ", margin " + number_text(margin) + " " +
                    truth.estimand() + "; a referral counts as the care that was given");
}

std::string crossing(const TriageTable& table, const TruthFile& truth) {
  const std::string horizon = std::isnan(table.horizon) ? "" : " by " + number_text(table.horizon);
  return "crossed: the triage decided on " + std::string(name_of(table.estimand)) + horizon +
         ", and is scored on " + truth.estimand() + " of the truth's horizons";
}

std::string summary_text(const Request& request, const Invocation& invocation, bool crossed) {
  const auto number = [](double value) {
    return value == value ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
  };
  nlohmann::ordered_json out;
  out["intended_use"] = intended_use;
  out["triage_sha256"] = file_digest(invocation.argument());
  out["truth_sha256"] = file_digest(*invocation.options.text("truth"));
  out["scenario"] = request.truth.scenario();
  out["seed"] = request.truth.seed();
  out["subjects"] = size_of(request.table.subject);
  out["subjects_of_truth"] = request.truth.patients();
  out["quality"] = request.quality;
  out["estimand"] = request.truth.estimand();
  out["time_unit"] = request.truth.time_unit();
  out["horizons"] = request.horizons;
  out["margins"] = request.truth.margins();
  out["utilities"] = request.truth.utilities();
  out["triage_estimand"] = name_of(request.table.estimand);
  out["triage_horizon"] = number(request.table.horizon);
  out["crossed"] = crossed ? nlohmann::ordered_json(crossing(request.table, request.truth))
                           : nlohmann::ordered_json(nullptr);
  return out.dump(2) + "\n";
}

/// Whether --cross-estimand was not only given but needed.
bool is_crossed(const TriageTable& table, const TruthFile& truth) {
  const auto& known = truth.horizons();
  return table.estimand == Estimand::event_risk ||
         (!std::isnan(table.horizon) && (known.size() > 1 || known.front() != table.horizon));
}

int run_score_triage(const Invocation& invocation) {
  auto& session = invocation.session;
  const auto& options = invocation.options;
  const auto truth_file = options.text("truth");
  if (!truth_file) {
    options.refuse("truth", "the truth of the simulated cohort", "--truth truth.h5");
  }
  const bool cross = options.flag("cross_estimand").value_or(false);
  const std::string quality = options.choice("quality", {"own", "reference"}, "own");
  const auto table = read_triage_table(invocation.argument());
  const TruthFile truth(*truth_file);
  const Request request{table, truth, quality, scored_horizons(table, truth, cross)};
  const bool crossed = cross && is_crossed(table, truth);
  const auto groups = score_groups(request);
  std::vector<ScoredGroup> all;
  std::copy_if(groups.begin(), groups.end(), std::back_inserter(all), [](const auto& group) {
    return group.group == "all";
  });
  const auto folder = session.output_folder("score-results");
  storage::write_table(
      folder / "score.tsv",
      score_columns(all, truth.margins(), {table.horizon, std::string(name_of(table.estimand))}));
  storage::write_table(folder / "score_details.tsv", detail_columns(groups));
  report::write_file(folder / "summary.json", summary_text(request, invocation, crossed));
  session.log().say("scored    " + table.file + "  " + count_text(size_of(table.subject)) +
                    " of the truth's " + count_text(truth.patients()) + " subjects");
  if (crossed) {
    session.log().say("warning   " + crossing(table, truth));
  }
  say_scores(session, all, truth);
  session.log().say(std::string("use       ") + intended_use);
  session.log().say("written   " + (folder / "score.tsv").string());
  return 0;
}

constexpr std::array score_triage_options{
    OptionSpec{"truth", "FILE", "the truth that was written with the cohort"},
    OptionSpec{"cross-estimand",
               "",
               "score a triage of another horizon or estimand, and say that it is one"},
    OptionSpec{"quality",
               "own|reference",
               "surgery of the patients' own centres (default), or of the reference centre"},
};

} // namespace

const Verb score_triage_verb{
    .name = "score-triage",
    .arguments = "TRIAGE.tsv",
    .least_arguments = 1,
    .most_arguments = 1,
    .summary = "what decisions cost in a simulated cohort whose best decisions are known",
    .details = "Reads a table with subject and action (and horizon, risk); writes score.tsv, "
               "score_details.tsv and summary.json.",
    .options = score_triage_options,
    .reads_cohort = false,
    .run = &run_score_triage};

} // namespace vigil::app
