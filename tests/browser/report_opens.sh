#!/usr/bin/env bash
# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# report_opens.sh WRITE_SAMPLE_REPORT: draws a sample report in headless Chromium, once small (SVG) and once large enough
# for a canvas, in a wide and a narrow window, and the page of a screen. Fails on any console message, on a figure that was not drawn or is wider
# than its place, and on a page that is wider than its window. Exit 77: there is no Chromium, or this build has no figures.
set -euo pipefail

write_sample_report=$1
chromium=$(command -v chromium || command -v chromium-browser || true)
if [[ -z $chromium ]]; then
  echo "no chromium: skipped"
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# open_page REPORT WIDTH: leaves the drawn page in $work/page.html and what Chromium said in $work/said
open_page() {
  rm -rf "$work/profile"
  "$chromium" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --user-data-dir="$work/profile" --enable-logging=stderr \
    --virtual-time-budget=20000 --window-size="$2,900" --dump-dom "file://$1/report.html" \
    >"$work/page.html" 2>"$work/said"
}

fail() {
  echo "FAIL ($1): $2"
  exit 1
}

# check_page LABEL: what holds of every page
check_page() {
  if grep 'CONSOLE' "$work/said"; then
    fail "$1" "the console is not silent"
  fi
  grep -q 'data-figures="drawn"' "$work/page.html" || fail "$1" "the script did not reach its end"
  grep -q 'data-overflow="0"' "$work/page.html" || fail "$1" "the page is wider than the window"
  grep -q 'data-shrunk=""' "$work/page.html" ||
    fail "$1" "wider than their place: $(grep -o 'data-shrunk="[^"]*"' "$work/page.html")"
}

for subjects in 300 2500; do
  "$write_sample_report" "$work/$subjects" "$subjects"
  if grep -q 'but no figures' "$work/$subjects/report.html"; then
    echo "this build has no figures: skipped"
    exit 77
  fi
  for width in 1280 500; do
    label="$subjects subjects, $width pixels"
    open_page "$work/$subjects" "$width"
    check_page "$label"
    wanted=$({ grep -o 'data-figure="[^"]*"' "$work/$subjects/report.html" || true; } | wc -l)
    drawn=$({ grep -oE '<(svg|canvas)[^>]* class="marks"' "$work/page.html" || true; } | wc -l)
    [[ $wanted -ge 8 ]] || fail "$label" "only $wanted figures on the page"
    for part in 'data-figure="importance_survival-forest_shadow"' 'data-figure="forest_error_survival-forest"' \
      '>p 0.029</text>' '>Loss of concordance</text>' '>Out-of-bag concordance</text>' '>2,000</text>'; do
      grep -qF "$part" "$work/page.html" || fail "$label" "the section on the forest lacks $part"
    done
    [[ $drawn -eq $wanted ]] || fail "$label" "$drawn of $wanted figures drawn"
    canvases=$({ grep -oE '<canvas[^>]* class="marks"' "$work/page.html" || true; } | wc -l)
    if [[ $subjects -gt 2000 ]]; then
      [[ $canvases -ge 1 ]] || fail "$label" "many marks, but no canvas"
    else
      [[ $canvases -eq 0 ]] || fail "$label" "few marks, but a canvas"
    fi
    echo "ok: $label, $drawn figures, $canvases on a canvas"
    open_page "$work/$subjects/screen" "$width"
    check_page "screen, $label"
    [[ $({ grep -oE '<(svg|canvas)[^>]* class="marks"' "$work/page.html" || true; } | wc -l) -eq 1 ]] ||
      fail "screen, $label" "no volcano"
  done
done
