# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# cmake -D SOURCE=... -D FOLDER=... -D REPORT=ON|OFF|AUTO -D NPM=... -D NODE=... -P build_report_assets.cmake
# Leaves FOLDER/out/{figures.js,templates.json,missing.txt}; missing.txt says why there are no figures, or is empty.

function(leave_without_figures reason)
  if(REPORT STREQUAL "ON")
    message(FATAL_ERROR "the figures of the report cannot be built: ${reason}")
  endif()
  if(REPORT STREQUAL "AUTO")
    message(STATUS "The report will have tables but no figures: ${reason}")
    message(STATUS "To try again: remove ${FOLDER}/out and build")
  endif()
  file(WRITE ${FOLDER}/out/figures.js "")
  file(WRITE ${FOLDER}/out/templates.json "")
  file(WRITE ${FOLDER}/out/missing.txt "${reason}")
endfunction()

file(REMOVE_RECURSE ${FOLDER}/out)
file(MAKE_DIRECTORY ${FOLDER}/out)
if(REPORT STREQUAL "OFF")
  leave_without_figures("vigil was built with VIGIL_REPORT=OFF")
  return()
endif()
if(NOT NPM OR NOT NODE)
  leave_without_figures("npm was not found when vigil was built (Debian: apt-get install nodejs npm)")
  return()
endif()

foreach(name package.json package-lock.json .npmrc theme.json figures.mjs build_assets.mjs)
  file(COPY_FILE ${SOURCE}/${name} ${FOLDER}/${name} ONLY_IF_DIFFERENT)
endforeach()
file(REMOVE_RECURSE ${FOLDER}/templates)
file(COPY ${SOURCE}/templates DESTINATION ${FOLDER})

# node_modules is kept while the lock file is the one that it was installed from.
file(SHA256 ${FOLDER}/package-lock.json lock)
set(installed "")
if(EXISTS ${FOLDER}/node_modules/.vigil_lock)
  file(READ ${FOLDER}/node_modules/.vigil_lock installed)
endif()
if(NOT installed STREQUAL lock)
  execute_process(
    COMMAND ${NPM} ci --ignore-scripts --no-audit --no-fund
    WORKING_DIRECTORY ${FOLDER} RESULT_VARIABLE failed OUTPUT_VARIABLE text ERROR_VARIABLE text TIMEOUT 300)
  if(failed)
    file(WRITE ${FOLDER}/npm.log "${text}")
    leave_without_figures("npm could not fetch its packages when vigil was built (no network?)")
    message(STATUS "npm said: see ${FOLDER}/npm.log")
    return()
  endif()
  file(WRITE ${FOLDER}/node_modules/.vigil_lock "${lock}")
endif()

execute_process(
  COMMAND ${NODE} build_assets.mjs ${FOLDER}/out
  WORKING_DIRECTORY ${FOLDER} RESULT_VARIABLE failed OUTPUT_VARIABLE text ERROR_VARIABLE text TIMEOUT 300)
if(failed)
  file(WRITE ${FOLDER}/npm.log "${text}")
  leave_without_figures("the figures could not be compiled when vigil was built")
  message(STATUS "node said: see ${FOLDER}/npm.log")
  return()
endif()
file(WRITE ${FOLDER}/out/missing.txt "")
