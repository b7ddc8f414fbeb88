import { defineConfig } from 'tsup';

const shared = { format: 'esm', target: 'node20', sourcemap: true, clean: true } as const;

export default defineConfig([
  { ...shared, entry: ['src/index.ts'], dts: true },
  // What the threads run: a file of its own beside index.js, where launcher.ts looks for it.
  { ...shared, entry: ['src/worker.ts'] },
]);
