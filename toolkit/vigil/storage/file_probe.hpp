// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace vigil::storage {

/// Lets a child process read the file first, because the HDF5 library itself crashes or hangs on some damaged files.
///
/// The child opens every object, reads every attribute, follows every object reference, and reads every data set that
/// is no large matrix (of a file up to 64 MiB the matrices too). Throws InputError when it dies of a signal or does not
/// end in time (5 s and 1 s for each 20 MiB); what it merely cannot read is left to the reader, which says where.
///
/// threads  call it while the scheduler's workers are idle: it forks, and the child allocates. glibc holds its allocator's
///          locks over a fork; the address sanitizer does not, so that its build has the std::thread team, which joins
///          its threads (libgomp lets the surplus threads of a smaller team end later, by themselves)
/// cost     one more pass over the names and small data sets (0.1 s for 100,000 features)
/// checked by tests/unit/storage/damaged_files_slow_test
void probe_hdf5(const std::filesystem::path& file);

} // namespace vigil::storage
