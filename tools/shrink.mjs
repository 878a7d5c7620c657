#!/usr/bin/env node
// Makes the bundle in a folder as small as it goes and writes a brotli copy beside each file; the
// server sends that to browsers that take it.
//
// Some code of the framework is carried along although nothing ever runs it, because tables of
// functions point to it: hydration that waits for data (this application hydrates at once), copies of
// attributes (nothing is given attributes from outside here), the listing of routes for a server; and the printing of floating-point numbers (all amounts are whole numbers).
// The bodies of those functions are taken out by their names before the optimiser runs, which then
// drops what only they call. Nothing else is taken out by its name: the compiler makes one function of
// equal ones, and what runs may bear the name of what does not. A body that was needed after all would
// stop the page with an error.
import binaryen from 'binaryen';
import { transformSync } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

const NEVER_RUN =
  /^<T as .+>::(into_any\w*::(hydrate_async(::\{\{closure\}\})?|generate_routes)|into_any_attr::clone)::h\w+$|float_to_decimal_common/;
const OPTIONS = [
  '-Os',
  '--low-memory-unused',
  '--one-caller-inline-max-function-size=0',
  '--strip-debug',
  '--strip-producers',
  // Named one by one: with all features browsers refuse the module.
  '--enable-bulk-memory',
  '--enable-nontrapping-float-to-int',
  '--enable-sign-ext',
  '--enable-mutable-globals',
  '--enable-reference-types',
  '--enable-multivalue',
];

const [folder, wasmOpt] = process.argv.slice(2);

function takeOutWhatNeverRuns(bytes) {
  const module = binaryen.readBinary(bytes);
  let taken = 0;
  for (let index = 0; index < module.getNumFunctions(); index += 1) {
    const reference = module.getFunctionByIndex(index);
    if (!NEVER_RUN.test(binaryen.getFunctionInfo(reference).name)) continue;
    binaryen.Function(reference).body = module.unreachable();
    taken += 1;
  }
  if (taken === 0) throw new Error('The program has no function names, or the framework has changed.');
  return module.emitBinary();
}

function smaller(path) {
  if (path.endsWith('.wasm')) {
    writeFileSync(path, takeOutWhatNeverRuns(readFileSync(path)));
    execFileSync(wasmOpt, [...OPTIONS, path, '-o', path]);
  } else if (path.endsWith('.js')) {
    const { code } = transformSync(readFileSync(path, 'utf8'), { minify: true, format: 'esm' });
    writeFileSync(path, code);
  }
}

// One style sheet compresses better than several. Their order is that of the page.
function oneStyleSheet() {
  const page = join(folder, 'index.html');
  let html = readFileSync(page, 'utf8');
  const links = [...html.matchAll(/<link [^>]*href="?\/pkg\/([^"\s>]+\.css)[^>]*>/g)];
  const all = Buffer.concat(links.map(([, name]) => readFileSync(join(folder, name))));
  const name = `style-${createHash('sha256').update(all).digest('hex').slice(0, 16)}.css`;
  if (links.length === 0) throw new Error('The page names no style sheet.');
  for (const [link, part] of links) {
    html = html.replace(link, '');
    rmSync(join(folder, part));
  }
  writeFileSync(join(folder, name), all);
  writeFileSync(page, html.replace('</head>', `<link rel="stylesheet" href="/pkg/${name}"></head>`));
}

oneStyleSheet();
for (const name of readdirSync(folder)) {
  if (!/\.(js|wasm|css)$/.test(name)) continue;
  const path = join(folder, name);
  smaller(path);
  const content = readFileSync(path);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_LGWIN]: 24,
    [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
  };
  rmSync(`${path}.br`, { force: true });
  writeFileSync(`${path}.br`, brotliCompressSync(content, { params }));
}
