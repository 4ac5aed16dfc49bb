// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/storage/file_probe.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/storage/hdf5_handle.hpp"

#include <hdf5.h>

#include <csignal>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace vigil::storage {

namespace {

constexpr Index matrix_read_below = Index{64} << 20;
constexpr Index most_bytes = Index{256}
                             << 20; ///< of one data set or attribute that the child reads

struct Walk {
  hid_t file = -1;
  bool read_matrices = false;
};

/// Reads all values that `reader` gives into memory of the file's own type, and frees what they point to.
template <class Reader>
void read_all(hid_t type, hid_t space, const Walk& walk, const Reader& reader) {
  const Handle memory(H5Tget_native_type(type, H5T_DIR_ASCEND), &H5Tclose);
  const auto count = static_cast<Index>(H5Sget_simple_extent_npoints(space));
  const auto size = memory ? static_cast<Index>(H5Tget_size(memory.id())) : 0;
  if (size <= 0 || count <= 0 || count > most_bytes / size) {
    return;
  }
  std::vector<unsigned char> values(at(count * size));
  if (reader(memory.id(), values.data()) < 0) {
    return;
  }
  if (H5Tequal(memory.id(), H5T_STD_REF_OBJ) > 0) {
    for (Index number = 0; number < count; ++number) {
      const Handle object(
          H5Rdereference2(walk.file, H5P_DEFAULT, H5R_OBJECT, values.data() + number * size),
          &H5Oclose);
    }
  }
  H5Dvlen_reclaim(memory.id(), space, H5P_DEFAULT, values.data());
}

herr_t read_attribute(hid_t object, const char* name, const H5A_info_t*, void* walk) {
  const Handle attribute(H5Aopen(object, name, H5P_DEFAULT), &H5Aclose);
  if (attribute) {
    const Handle type(H5Aget_type(attribute.id()), &H5Tclose);
    const Handle space(H5Aget_space(attribute.id()), &H5Sclose);
    if (type && space) {
      read_all(type.id(), space.id(), *static_cast<Walk*>(walk), [&](hid_t memory, void* values) {
        return H5Aread(attribute.id(), memory, values);
      });
    }
  }
  return 0;
}

void read_dataset(hid_t dataset, const Walk& walk) {
  const Handle type(H5Dget_type(dataset), &H5Tclose);
  const Handle space(H5Dget_space(dataset), &H5Sclose);
  const Handle layout(H5Dget_create_plist(dataset), &H5Pclose);
  if (!type || !space) {
    return;
  }
  const bool small_or_list = H5Sget_simple_extent_ndims(space.id()) <= 1 || walk.read_matrices;
  if (small_or_list) {
    read_all(type.id(), space.id(), walk, [dataset](hid_t memory, void* values) {
      return H5Dread(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
    });
  }
}

herr_t read_object(hid_t root, const char* name, const H5O_info_t* info, void* walk) {
  const Handle object(H5Oopen(root, name, H5P_DEFAULT), &H5Oclose);
  if (object) {
    hsize_t place = 0;
    H5Aiterate2(object.id(), H5_INDEX_NAME, H5_ITER_NATIVE, &place, &read_attribute, walk);
    if (info->type == H5O_TYPE_DATASET) {
      read_dataset(object.id(), *static_cast<Walk*>(walk));
    }
  }
  return 0;
}

/// What the child does; its errors are nobody's business.
void read_everything(const std::filesystem::path& file, bool read_matrices) {
  bool unlocked = false;
  const Handle opened = open_input(file, unlocked);
  Walk walk{.file = opened.id(), .read_matrices = read_matrices};
  H5Ovisit(opened.id(), H5_INDEX_NAME, H5_ITER_NATIVE, &read_object, &walk);
}

/// Of the processor: a sound file is read on a busy machine too.
rlim_t processor_seconds(Index bytes) {
  return static_cast<rlim_t>(5 + bytes / (Index{20} << 20));
}

[[noreturn]] void
run_child(const std::filesystem::path& file, Index bytes, unsigned clock_seconds) {
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  ::dup2(nowhere, STDOUT_FILENO);
  ::dup2(nowhere, STDERR_FILENO);
  for (const int sign : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGALRM, SIGXCPU}) {
    std::signal(sign, SIG_DFL);
  }
  const rlim_t seconds = processor_seconds(bytes);
  const rlimit processor{seconds, seconds + 1};
  setrlimit(RLIMIT_CPU, &processor);
  ::alarm(clock_seconds);
  try {
    read_everything(file, bytes < matrix_read_below);
  } catch (...) {
    ::_exit(1); // the reader will meet the same error and name its place
  }
  ::_exit(0);
}

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& found) {
  throw InputError(
      {.where = file.filename().string(),
       .found = found,
       .expected = "an undamaged HDF5 file",
       .remedy = "copy or export the file again; h5repack or h5dump may show what is left of it",
       .problem = "cannot read " + file.filename().string()});
}

/// How a child ends that reads the file.
int state_of_child(const std::filesystem::path& file, Index bytes, unsigned clock_seconds) {
  const pid_t child = ::fork();
  if (child < 0) {
    throw ResourceError({.where = "fork",
                         .found = "no further process can be started",
                         .expected = "a process to look at the file first",
                         .remedy = "raise the limit of processes (ulimit -u), or free memory"});
  }
  if (child == 0) {
    run_child(file, bytes, clock_seconds);
  }
  int state = 0;
  while (::waitpid(child, &state, 0) < 0 && errno == EINTR) {
  }
  return state;
}

} // namespace

void probe_hdf5(const std::filesystem::path& file) {
  std::error_code failure;
  const auto bytes = static_cast<Index>(std::filesystem::file_size(file, failure));
  if (failure) {
    return; // the reader says why
  }
  // A child that waits without working is no sign of the file: it may wait for a lock that a thread of the parent held when
  // it was made (an allocator that is not made for that), or for a slow disk. It is made anew, and given more time.
  const auto longest = static_cast<unsigned>(60 * processor_seconds(bytes));
  int state = 0;
  for (const unsigned clock_seconds : {20U, 40U, longest}) {
    state = state_of_child(file, bytes, clock_seconds);
    if (!WIFSIGNALED(state) || WTERMSIG(state) != SIGALRM) {
      break;
    }
  }
  if (WIFSIGNALED(state)) {
    const int sign = WTERMSIG(state);
    refuse(file,
           sign == SIGALRM || sign == SIGXCPU
               ? std::string("the HDF5 library does not come to an end with it")
               : "the HDF5 library crashes on it (signal " + number_text(Index{sign}) + ")");
  }
}

} // namespace vigil::storage
