// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/vigil/verb.hpp"

namespace vigil::app {

/// `vigil triage --rule FILE COHORT`: a standing rule in the place of a model.
int triage_by_rule(const Invocation& invocation);

} // namespace vigil::app
