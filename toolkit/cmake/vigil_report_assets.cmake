# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# vigil_report_assets(TARGET): builds the figures of report.html as a build step (npm works in the build folder
# only) and embeds them in TARGET. Defines in TARGET the folder that assets.cpp takes its bytes from.
#
# VIGIL_REPORT=ON    the build stops when the figures cannot be built
# VIGIL_REPORT=AUTO  it goes on; the report then has tables and says why there are no figures
# VIGIL_REPORT=OFF   npm is not looked for

function(vigil_report_assets target)
  if(NOT VIGIL_REPORT MATCHES "^(ON|OFF|AUTO)$")
    message(FATAL_ERROR "VIGIL_REPORT is '${VIGIL_REPORT}'; expected ON, OFF or AUTO")
  endif()
  find_program(VIGIL_NPM npm)
  find_program(VIGIL_NODE NAMES node nodejs)
  mark_as_advanced(VIGIL_NPM VIGIL_NODE)
  if(VIGIL_REPORT STREQUAL "ON" AND NOT (VIGIL_NPM AND VIGIL_NODE))
    message(FATAL_ERROR "VIGIL_REPORT=ON needs npm and node (Debian: nodejs npm); AUTO builds without figures")
  endif()

  set(source ${PROJECT_SOURCE_DIR}/toolkit/vigil/report/assets)
  set(folder ${PROJECT_BINARY_DIR}/report_assets)
  set(script ${PROJECT_SOURCE_DIR}/toolkit/cmake/build_report_assets.cmake)
  file(GLOB templates CONFIGURE_DEPENDS ${source}/templates/*.vl.json)
  # Changes when npm appears or goes, so that the figures are built again.
  file(CONFIGURE OUTPUT ${folder}/npm.txt CONTENT "@VIGIL_REPORT@ @VIGIL_NPM@ @VIGIL_NODE@\n" @ONLY)

  add_custom_command(
    OUTPUT ${folder}/out/figures.js ${folder}/out/templates.json ${folder}/out/missing.txt
    COMMAND ${CMAKE_COMMAND} -D SOURCE=${source} -D FOLDER=${folder} -D REPORT=${VIGIL_REPORT}
      -D NPM=${VIGIL_NPM} -D NODE=${VIGIL_NODE} -P ${script}
    DEPENDS ${script} ${folder}/npm.txt ${templates} ${source}/package.json ${source}/package-lock.json
      ${source}/.npmrc ${source}/theme.json ${source}/figures.mjs ${source}/build_assets.mjs
    COMMENT "Building the figures of the report"
    VERBATIM)
  set_property(SOURCE ${PROJECT_SOURCE_DIR}/toolkit/vigil/report/assets.cpp APPEND PROPERTY OBJECT_DEPENDS
    "${folder}/out/figures.js;${folder}/out/templates.json;${folder}/out/missing.txt;${source}/report.css")
  set_property(SOURCE ${PROJECT_SOURCE_DIR}/toolkit/vigil/report/assets.cpp APPEND PROPERTY COMPILE_DEFINITIONS
    VIGIL_ASSETS_BUILT="${folder}/out" VIGIL_ASSETS_SOURCE="${source}")
endfunction()
