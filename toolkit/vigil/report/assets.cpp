// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/report/assets.hpp"

// The assembler reads the files: half a megabyte costs the compiler nothing.
#define VIGIL_EMBED(NAME, FILE)                                                                    \
  asm(".pushsection .rodata\n"                                                                     \
      ".hidden vigil_asset_" #NAME "_begin\n.global vigil_asset_" #NAME "_begin\n"                 \
      ".hidden vigil_asset_" #NAME "_end\n.global vigil_asset_" #NAME "_end\n"                     \
      "vigil_asset_" #NAME "_begin:\n.incbin \"" FILE "\"\n"                                       \
      "vigil_asset_" #NAME "_end:\n.byte 0\n"                                                      \
      ".popsection\n");                                                                            \
  extern "C" const char vigil_asset_##NAME##_begin[];                                              \
  extern "C" const char vigil_asset_##NAME##_end[]

VIGIL_EMBED(style, VIGIL_ASSETS_SOURCE "/report.css");
VIGIL_EMBED(script, VIGIL_ASSETS_BUILT "/figures.js");
VIGIL_EMBED(templates, VIGIL_ASSETS_BUILT "/templates.json");
VIGIL_EMBED(missing, VIGIL_ASSETS_BUILT "/missing.txt");

namespace vigil::report {

Assets embedded_assets() noexcept {
  return {.style = {vigil_asset_style_begin, vigil_asset_style_end},
          .script = {vigil_asset_script_begin, vigil_asset_script_end},
          .templates = {vigil_asset_templates_begin, vigil_asset_templates_end},
          .missing = {vigil_asset_missing_begin, vigil_asset_missing_end}};
}

} // namespace vigil::report
