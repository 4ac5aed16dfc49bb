// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/vigil/verb.hpp"

namespace vigil::app {

extern const Verb doctor_verb;

} // namespace vigil::app
