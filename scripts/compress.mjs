#!/usr/bin/env node
// Writes a brotli copy beside each file of the bundle; the server sends it to browsers that take it.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

const folder = process.argv[2];
for (const name of readdirSync(folder)) {
  if (!/\.(js|wasm|css)$/.test(name)) continue;
  const content = readFileSync(join(folder, name));
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_LGWIN]: 24,
    [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
  };
  writeFileSync(join(folder, `${name}.br`), brotliCompressSync(content, { params }));
}
