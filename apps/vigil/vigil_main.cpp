// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/base/large_pages.hpp"
#include "vigil/numeric/blas.hpp"

#include "apps/vigil/command_line.hpp"
#include <cstdio>
#include <exception>
#include <new>

int vigil_main(int argc, char** argv);

int vigil_main(int argc, char** argv) {
  vigil::restart_with_better_blas(argv);
  vigil::keep_freed_heap(vigil::Index{1} << 29);
  constexpr int internal_error = 1;
  constexpr int stopped_at_checkpoint = 75;
  const auto report = [](const char* text) {
    static_cast<void>(std::fprintf(stderr, "vigil: %s\n", text));
  };
  try {
    const auto parsed = vigil::app::parse_command_line(
        std::span<char* const>(argv, static_cast<std::size_t>(argc)));
    if (const auto* text = std::get_if<std::string>(&parsed)) {
      static_cast<void>(std::fputs(text->c_str(), stdout));
      return 0;
    }
    const auto& request = std::get<vigil::app::Request>(parsed);
    vigil::app::Session session(request.options);
    return request.verb->run({request.positional, request.options, session});
  } catch (const vigil::Error& error) {
    report(error.what());
    return error.exit_code();
  } catch (const vigil::Stopped&) {
    report("stopped at a checkpoint; run the same command again");
    return stopped_at_checkpoint;
  } catch (const std::bad_alloc&) {
    report(vigil::render({.where = "memory",
                          .found = "no more memory",
                          .expected = "enough memory for the matrix and the fits",
                          .remedy = "lower --memory, use fewer features, or a larger machine",
                          .problem = "the machine refuses"})
               .c_str());
    return 6;
  } catch (const std::exception& error) {
    report((std::string("internal error: ") + error.what() + "\nThis is a bug; please report it.")
               .c_str());
    return internal_error;
  }
}
