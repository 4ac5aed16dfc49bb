// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/storage/cohort_reader.hpp"
#include "vigil/triage/apply_rule.hpp"
#include "vigil/triage/standing_rules.hpp"

#include <map>
#include <string>
#include <vector>

namespace vigil {

/// What a standing rule looks at in a cohort.
struct RuleColumns {
  std::string file; ///< of the cohort, without its folder
  std::vector<std::string> subject_ids = {};
  std::vector<double> values = {}; ///< subject after subject, one value per input; NaN = missing
  std::vector<std::string> column = {}; ///< of the cohort, per input
  std::vector<KnownAt> known_at =
      {}; ///< per input: of the rule or of the cohort, whichever is later
  std::vector<std::string> notes = {}; ///< what was assumed
};

/// Reads the columns of the rule's inputs for the subjects that the request keeps. `renamed`: input -> column.
/// Throws ConfigError for a renamed input that the rule lacks, for a centre or surgeon as an input, and for a unit other than
/// the rule's, InputError for a
/// column that lacks, words that are no level, and values that are no finite numbers.
[[nodiscard]] RuleColumns read_rule_columns(const triage::StandingRule& rule,
                                            const storage::CohortRequest& request,
                                            const std::map<std::string, std::string>& renamed);

/// R09 for a standing rule: the inputs that become known only after `decide_at`, as "nodes (pathology)".
[[nodiscard]] std::vector<std::string>
inputs_known_late(const triage::StandingRule& rule, const RuleColumns& columns, KnownAt decide_at);

/// The rule for every subject, in their order.
[[nodiscard]] std::vector<triage::StandingAnswer> apply_rule(const triage::StandingRule& rule,
                                                             const RuleColumns& columns);

} // namespace vigil
