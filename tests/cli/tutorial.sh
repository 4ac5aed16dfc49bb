#!/usr/bin/env bash
# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# tutorial.sh PROGRAM WORKDIR PAGE "# Part one"
#
# Runs the commands of one part of a page in a fresh folder. A fenced block whose first line is a command (vigil, cmp) is run
# line by line; a toml block is the file that the text before it names: Put this into `NAME`; any other block is a screen:
# each of its lines must have been said by the commands of the block before it, with any numbers. With EXACT=1 the numbers
# too. "export" lines are for readers: vigil and $RULES are set here.

set -eu
program=$(realpath "$1")
work=$2
page=$(realpath "$3")
part=$4
export RULES
RULES=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../../datasets/rules")
rm -rf "$work"
mkdir -p "$work/bin" "$work/here"
ln -s "$program" "$work/bin/vigil"
PATH=$(realpath "$work/bin"):$PATH
said=$(realpath "$work")/said.txt
cd "$work/here"

# Lines with numbers replaced and blanks squeezed, unless they are to be exact.
plain() {
  if [[ ${EXACT:-} ]]; then sed -E 's/ +/ /g; s/^ | $//g'; else sed -E 's/[0-9][0-9,.a-f]*/#/g; s/ +/ /g; s/^ | $//g'; fi
}

run_block() {
  local line
  : > "$said"
  while IFS= read -r line; do
    [[ $line == export* ]] && continue
    if ! (eval "$line") >> "$said" 2>&1 < /dev/null; then
      echo "failed: $line"
      tail -n 20 "$said"
      exit 1
    fi
  done <<< "$1"
}

check_screen() {
  local line wanted
  while IFS= read -r line; do
    [[ -z $line || $line == ... ]] && continue
    wanted=$(plain <<< "$line")
    if ! plain < "$said" | grep -qxF -- "$wanted"; then
      echo "not said: $line"
      exit 1
    fi
  done <<< "$1"
}

kind='' block='' file='' runs=0 screens=0 inside=''
while IFS= read -r line; do
  if [[ -z $kind && $line == '# '* ]]; then
    inside=
    [[ $line == "$part"* ]] && inside=1
  fi
  [[ $inside ]] || continue
  if [[ $line == '```'* && -z $kind ]]; then
    kind=${line#'```'}
    kind=${kind:-plain}
    block=
  elif [[ $line == '```' ]]; then
    if [[ $kind == toml ]]; then
      printf '%s' "$block" > "$file"
    elif [[ $block =~ ^(vigil|cmp|export) ]]; then
      run_block "${block%$'\n'}"
      runs=$((runs + 1))
    else
      check_screen "$block"
      screens=$((screens + 1))
    fi
    kind=
  elif [[ $kind ]]; then
    block+=$line$'\n'
  elif [[ $line =~ [Pp]ut\ this\ into\ \`([a-z.]+)\` ]]; then
    file=${BASH_REMATCH[1]}
  fi
done < "$page"
[[ $runs -gt 3 && $screens -gt 2 ]] || { echo "only $runs blocks of commands and $screens screens in $part"; exit 1; }
echo "$runs blocks of commands, $screens screens"
