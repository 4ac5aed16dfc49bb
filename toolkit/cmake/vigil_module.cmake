# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# vigil_module(NAME cohort DEPENDS parallel SOURCES a.cpp b.cpp [LIBRARIES fmt::fmt] [PRIVATE_LIBRARIES hdf5])
#
# A static library vigil_<name> whose floor is recorded: tests/house/floors reads the record and refuses
# any #include that reaches a module outside DEPENDS and what these reach. SOURCES are relative to
# toolkit/vigil/<name>.

set_property(GLOBAL PROPERTY vigil_floors "")
set_property(GLOBAL PROPERTY vigil_modules "")

function(vigil_module)
  cmake_parse_arguments(PARSE_ARGV 0 module "" "NAME" "DEPENDS;SOURCES;LIBRARIES;PRIVATE_LIBRARIES")
  if(module_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "vigil_module(${module_NAME}): unknown arguments ${module_UNPARSED_ARGUMENTS}")
  endif()
  list(TRANSFORM module_SOURCES PREPEND vigil/${module_NAME}/)
  add_library(vigil_${module_NAME} STATIC ${module_SOURCES})
  list(TRANSFORM module_DEPENDS PREPEND vigil_ OUTPUT_VARIABLE targets)
  target_link_libraries(vigil_${module_NAME}
    PUBLIC vigil_flags vigil_machine ${targets} ${module_LIBRARIES}
    PRIVATE ${module_PRIVATE_LIBRARIES})
  list(JOIN module_DEPENDS " " floors)
  set_property(GLOBAL APPEND_STRING PROPERTY vigil_floors "${module_NAME}: ${floors}\n")
  set_property(GLOBAL APPEND PROPERTY vigil_modules vigil_${module_NAME})
endfunction()
