#!/usr/bin/env bash
# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# run_cases.sh PROGRAM WORKDIR FILE.case...
#
# Runs the user's commands and judges what comes back. One case is one line:
#
#   kind | expected | command
#
#   pass       exit status 0
#   exit:N     exit status N. For N = 2, 3, 6 stderr must be a four-part error (where, found, expected,
#              remedy), and the folder out/ must be left without a file: nothing half-written.
#   same:FILE  exit status 0, and stdout equals FILE (beside the .case file)
#
# expected holds fragments in double quotes: each must occur in stdout or stderr; !"text" must not occur.
# A word without quotes is a file that must exist and not be empty afterwards.
# The command runs in bash in a fresh folder under WORKDIR. It sees $VIGIL, $DATASETS, $SHARED, and the
# functions of inputs.sh. A case that names $SHARED is skipped where that folder is absent. '#' starts a comment line.

set -u
program=$(realpath "$1")
work=$2
shift 2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export VIGIL=$program
export DATASETS=$here/../../datasets
export SHARED=${VIGIL_SHARED_DATA:-$here/../../../shared/data}
export LC_ALL=C.UTF-8
passed=0 failed=0 skipped=0

trim() {
  local text=$1
  text=${text#"${text%%[![:space:]]*}"}
  printf '%s' "${text%"${text##*[![:space:]]}"}"
}

# complain TEXT: notes one thing that is wrong with the case in hand
complain() {
  problems+="    $1"$'\n'
}

check_four_parts() {
  local part
  grep -q '^vigil: ' ../stderr || complain "stderr does not begin with 'vigil: '"
  for part in where found expected remedy; do
    grep -qE "^  $part  +[^ ]" ../stderr || complain "the error lacks '$part'"
  done
}

check_nothing_left() {
  local left
  left=$(find . \( -path './out/*' -o -name '.vigil*' -o -name '*.partial*' -o -name '*.tmp*' \) -type f)
  [[ -z $left ]] || complain "left behind: $left"
}

# check_expected TEXT: fragments in quotes and names of files
check_expected() {
  local rest=$1 word absent
  while rest=$(trim "$rest"); [[ -n $rest ]]; do
    absent=
    [[ $rest == '!"'* ]] && absent=1 && rest=${rest:1}
    if [[ $rest == '"'* ]]; then
      rest=${rest:1}
      word=${rest%%\"*}
      rest=${rest#*\"}
      if grep -qF -- "$word" ../stdout ../stderr; then
        [[ -z $absent ]] || complain "said, and should not be: $word"
      else
        [[ -n $absent ]] || complain "not said: $word"
      fi
    else
      word=${rest%% *}
      [[ $rest == *' '* ]] && rest=${rest#* } || rest=
      [[ -s $word ]] || complain "not written: $word"
    fi
  done
}

# run_case FILE LINE KIND EXPECTED COMMAND
run_case() {
  local file=$1 line=$2 kind=$3 expected=$4 command=$5 folder wanted=0 status
  folder=$work/$(basename "$file" .case).$line
  problems=
  rm -rf "$folder"
  mkdir -p "$folder/here"
  cd "$folder/here" || exit 1
  timeout 300 bash -c "source '$here/inputs.sh'; $command" > ../stdout 2> ../stderr < /dev/null
  status=$?
  [[ $kind == exit:* ]] && wanted=${kind#exit:}
  [[ $status == "$wanted" ]] || complain "exit status $status, expected $wanted"
  case $kind in
    exit:2 | exit:3 | exit:6) check_four_parts; check_nothing_left ;;
    same:*) cmp -s ../stdout "$(dirname "$file")/${kind#same:}" || complain "stdout differs from ${kind#same:}" ;;
    pass | exit:*) ;;
    *) complain "unknown kind '$kind'" ;;
  esac
  check_expected "$expected"
  cd "$work" || exit 1
  if [[ -z $problems ]]; then
    passed=$((passed + 1))
    rm -rf "$folder"
    return
  fi
  failed=$((failed + 1))
  printf 'FAILED  %s:%s\n    command  %s\n%s' "$(basename "$file")" "$line" "$command" "$problems"
  sed 's/^/    stderr   /' "$folder/stderr" | tail -n 12
  printf '    kept in  %s\n' "$folder"
}

# Named from where the caller stands; every case moves away from there.
files=()
for file in "$@"; do
  [[ -r $file ]] || { printf 'run_cases.sh: no case file %s\n' "$file" >&2; exit 2; }
  files+=("$(realpath "$file")")
done
mkdir -p "$work"
work=$(cd "$work" && pwd)
for file in "${files[@]}"; do
  number=0
  while IFS= read -r text || [[ -n $text ]]; do
    number=$((number + 1))
    [[ -z $(trim "$text") || $text == '#'* ]] && continue
    kind=$(trim "${text%%|*}")
    text=${text#*|}
    expected=$(trim "${text%%|*}")
    command=$(trim "${text#*|}")
    if [[ $command == *'$SHARED'* && ! -d $SHARED ]]; then
      skipped=$((skipped + 1))
      continue
    fi
    run_case "$file" "$number" "$kind" "$expected" "$command"
  done < "$file"
done
printf '%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
[[ $failed == 0 ]] || exit 1
[[ $passed != 0 ]] || exit 77
