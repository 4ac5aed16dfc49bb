// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Draws every <figure data-figure="name"> of the page from the specification and the columns in the JSON block
// #figures. Expressions run in Vega's interpreter, so the page needs no eval; nothing is loaded from anywhere.

import {parse, View, Warn} from 'vega';
import {expressionInterpreter} from 'vega-interpreter';

function rows(columns) {
  const names = Object.keys(columns);
  const count = names.length ? columns[names[0]].length : 0;
  return Array.from({length: count}, (_, i) => Object.fromEntries(names.map(name => [name, columns[name][i]])));
}

function specification(figure) {
  const spec = structuredClone(figure.spec);
  for (const set of spec.data) {
    if (set.name in figure.data) set.values = rows(figure.data[set.name]);
  }
  return spec;
}

// A view has either one width or, when plots stand below each other, the width they share.
function width_signal(spec) {
  const names = (spec.signals || []).map(signal => signal.name);
  return ['childWidth', 'concat_0_width', 'width'].find(name => names.includes(name)) || 'width';
}

function drawn_width(place) {
  const canvas = place.querySelector('canvas');
  return canvas ? parseFloat(canvas.style.width) : place.querySelector('svg').width.baseVal.value;
}

async function fit(view, place, signal, widest) {
  const room = place.clientWidth;
  if (!room) return;
  const margin = drawn_width(place) - view.signal(signal);
  const wanted = Math.max(120, Math.floor(Math.min(room, widest) - margin));
  if (Math.abs(wanted - view.signal(signal)) >= 1) await view.signal(signal, wanted).runAsync();
}

function add_save_button(place, view) {
  const button = document.createElement('button');
  button.className = 'save';
  button.textContent = 'Save as SVG';
  button.addEventListener('click', async () => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([await view.toSVG()], {type: 'image/svg+xml'}));
    link.download = place.dataset.figure + '.svg';
    link.click();
    URL.revokeObjectURL(link.href);
  });
  place.closest('figure').querySelector('.tools').append(button);
}

async function draw(place, figure) {
  const spec = specification(figure);
  const signal = width_signal(spec);
  const view = new View(parse(spec, null, {ast: true}), {
    expr: expressionInterpreter,
    renderer: figure.canvas ? 'canvas' : 'svg',
    container: place,
    hover: false,
    logLevel: Warn
  });
  await view.runAsync();
  const refit = async () => {
    for (let pass = 0; pass < 2; ++pass) await fit(view, place, signal, figure.widest);
  };
  await refit();
  add_save_button(place, view);
  return refit;
}

async function main() {
  const figures = JSON.parse(document.getElementById('figures').textContent);
  const refits = [];
  for (const place of document.querySelectorAll('[data-figure]')) {
    refits.push(await draw(place, figures[place.dataset.figure]));
  }
  let waiting = 0;
  const refit_all = () => refits.forEach(refit => refit());
  addEventListener('resize', () => {
    clearTimeout(waiting);
    waiting = setTimeout(refit_all, 120);
  });
  document.querySelectorAll('details').forEach(block => block.addEventListener('toggle', refit_all));
  const page = document.documentElement;
  page.dataset.figures = 'drawn';
  const shrunk = [...document.querySelectorAll('[data-figure]')]
    .filter(place => place.clientWidth && drawn_width(place) > place.clientWidth + 1);
  page.dataset.shrunk = shrunk.map(place => place.dataset.figure).join(' ');
  page.dataset.overflow = Math.max(0, page.scrollWidth - page.clientWidth);
}

main();
