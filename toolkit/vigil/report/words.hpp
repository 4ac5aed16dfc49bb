// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/report/report.hpp"

#include <string>
#include <string_view>

/// Values in the words of the page. Every function here returns plain text; `escaped` makes it fit for HTML.
namespace vigil::report {

/// `&`, `<`, `>`, `"` and `'` as entities; control characters other than line ends become U+FFFD.
[[nodiscard]] std::string escaped(std::string_view text);

/// "3 subjects", "1 subject".
[[nodiscard]] std::string counted(Index count, std::string_view one, std::string_view many);
/// A value with `decimals` digits, or an en dash where it is missing.
[[nodiscard]] std::string value_words(double value, int decimals);
/// "0.67 (0.64 to 0.70)"; without limits the value alone.
[[nodiscard]] std::string interval_words(double value, double lower, double upper, int decimals);
/// "38 %".
[[nodiscard]] std::string percent_words(double share, int decimals = 0);
/// "1826 days (5 years)"; the unit is said to be unstated where it is.
[[nodiscard]] std::string time_words(double time, TimeUnit unit);
/// "5 years" where the time is about that long, else as time_words without the bracket.
[[nodiscard]] std::string short_time_words(double time, TimeUnit unit);
/// "Time in days".
[[nodiscard]] std::string time_axis_words(TimeUnit unit);
/// "external cohort gbsg", "nested cross-validation", "same subjects as fitted (optimistic)".
[[nodiscard]] std::string resampling_words(std::string_view resampling);
/// Whether a value rests on the subjects that the model was fitted to, corrected for that (bootstrap, subsampling).
[[nodiscard]] bool counts_own_subjects(std::string_view resampling) noexcept;
/// How the resamples of a plan were drawn, whatever is computed from them.
[[nodiscard]] std::string scheme_words(std::string_view scheme);
/// Whose predictions those of the held-out subjects are: "left out of a bootstrap sample".
[[nodiscard]] std::string held_out_words(std::string_view resampling);
/// "proportional: chi-square 23.10 on 4, p 0.0001: coefficients change with time", or why there is no test.
[[nodiscard]] std::string hazard_words(const HazardTestRow& test);
/// The event in words, "the event" when the report does not say.
[[nodiscard]] std::string endpoint_words(const Report& report);
/// "With probability 62 % the value of a new centre lies above 0.7, ..." of a pooled row over centres; empty without one.
[[nodiscard]] std::string new_centre_words(const Report& report, const CentreRow& row);
/// The label of an action ("observe", "board", "resect").
[[nodiscard]] std::string action_label(const TriageSummary& triage, triage::Action action);

/// How a measure is shown to people.
struct MeasureWords {
  std::string_view name, title, explanation;
  double reference;   ///< drawn as a dashed line; NaN: none
  double least, most; ///< the axis shows at least this much
};
/// Words of a measure; one that is not listed keeps its name.
[[nodiscard]] MeasureWords measure_words(std::string_view measure);

/// How a kind of importance is shown to people.
struct ImportanceWords {
  std::string_view kind, title, explanation;
  std::string_view axis = {}; ///< empty: what the trees lose, on the scale that they are judged by
  double reference = 0.0;     ///< drawn as a dashed line; NaN: none
};
/// Words of a kind; one that is not listed keeps its name.
[[nodiscard]] ImportanceWords importance_words(std::string_view kind);
/// "Loss of concordance", or "Rise of the Brier score at 5 years": what permutations are judged by.
[[nodiscard]] std::string loss_words(std::string_view importance_on, TimeUnit unit);

/// The row that answers "how well does it predict?": concordance of the triage's learner (else the first) on an
/// external cohort, else by resampling; nothing when there is only the apparent value.
[[nodiscard]] const PerformanceRow* headline(const Report& report);
/// Said first on page and screen where the null check failed; else empty.
[[nodiscard]] std::string null_check_alarm(const Report& report);
/// The input a triage was made for; nothing when no input has its id.
[[nodiscard]] const InputSummary* find_input(const Report& report, std::string_view id);

} // namespace vigil::report
