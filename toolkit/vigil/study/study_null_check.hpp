// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/report/report.hpp"
#include "vigil/study/study_settings.hpp"
#include "vigil/study/study_watch.hpp"
#include "vigil/validate/null_check.hpp"

#include <string_view>

namespace vigil {

/// Permutations of a form: quick 20, full 100, none 0.
[[nodiscard]] Index null_permutations(std::string_view form);

/// Runs the check that the study asks for and adds its rows to the report; does nothing where it asks for none.
/// task.permutations is that of the form. Throws Stopped where the watch asks for it.
void add_null_check(const StudySettings& study,
                    NullCheckTask task,
                    const StudyWatch& watch,
                    FitContext& context,
                    report::Report& report);

} // namespace vigil
