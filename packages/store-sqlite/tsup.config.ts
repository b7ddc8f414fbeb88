import { defineConfig } from 'tsup';

export default defineConfig({
  entry: ['src/index.ts', 'src/worker.ts', 'src/cli.ts'],
  format: 'esm',
  target: 'node22',
  sourcemap: true,
  dts: { entry: 'src/index.ts' },
  clean: true,
});
