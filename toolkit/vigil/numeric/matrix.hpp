// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The one door to Armadillo. Included by .cpp files only: a translation unit with it costs five seconds.
#include <armadillo>
