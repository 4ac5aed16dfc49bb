// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// node build_assets.mjs OUT: compiles templates/*.vl.json to Vega (OUT/templates.json, name -> specification) and bundles
// figures.mjs with Vega and its interpreter (OUT/figures.js). Runs in the build folder, beside node_modules.

import {build} from 'esbuild';
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {compile} from 'vega-lite';

const out = process.argv[2];
const theme = JSON.parse(readFileSync('theme.json', 'utf8'));
const complaints = [];
const logger = {
  level() { return this; },
  warn(...text) { complaints.push(text.join(' ')); return this; },
  error(...text) { complaints.push(text.join(' ')); return this; },
  info() { return this; },
  debug() { return this; }
};

const templates = {};
for (const file of readdirSync('templates').filter(name => name.endsWith('.vl.json')).sort()) {
  const lite = JSON.parse(readFileSync(join('templates', file), 'utf8'));
  templates[file.replace('.vl.json', '')] = compile(lite, {config: theme, logger}).spec;
}
if (complaints.length) {
  console.error(complaints.join('\n'));
  process.exit(1);
}
writeFileSync(join(out, 'templates.json'), JSON.stringify(templates));

const result = await build({
  entryPoints: ['figures.mjs'],
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2020',
  charset: 'ascii',
  legalComments: 'none',
  external: ['canvas'],
  banner: {js: '/* Vega (c) 2015-2023 University of Washington Interactive Data Lab, BSD-3-Clause; D3 (c) Mike Bostock, ISC */'},
  write: false
});
// The text stands inside <script>: it must never contain the end tag.
const script = result.outputFiles[0].text.replaceAll('</script', '<\\/script').replaceAll('<!--', '\\x3c!--');
writeFileSync(join(out, 'figures.js'), script);
