/** The program as bundles, in two ways: of one file each, or with what they share in files of their own. */
import { build } from 'esbuild';

const shared = {
  entryPoints: ['main.ts', 'walker.ts'],
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  // Dormouse has files beside its own that it imports by URL: it stays what is installed.
  external: ['@dormouse/*'],
};

// main.js has a copy of walker.ts, whose import.meta.url is main.js: the behaviour is told where its own bundle is.
await build({ ...shared, outdir: 'bundled', define: { WALKER_URL: '"./walker.js"' } });

// One copy, in a chunk that main.js and walker.js import: its import.meta.url is right.
await build({ ...shared, outdir: 'split', splitting: true });
