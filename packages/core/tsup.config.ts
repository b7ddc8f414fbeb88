import { defineConfig } from 'tsup';

const shared = {
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  treeshake: true,
} as const;

export default defineConfig([
  {
    ...shared,
    entry: {
      index: 'src/index.ts',
      behavior: 'src/behavior-api.ts',
      conformance: 'src/conformance/index.ts',
      'conformance-behaviors': 'src/conformance/behaviors.ts',
      'conformance-child': 'src/conformance/child-process.ts',
      'conformance-start-hazards': 'src/conformance/start-hazards.ts',
      records: 'src/records.ts',
      testing: 'src/testing/index.ts',
      worker: 'src/worker.ts',
      'worker-setup-tsx': 'src/worker-setup-tsx.ts',
      'behavior-check-thread': 'src/behavior-check-thread.ts',
    },
    splitting: true,
    dts: true,
    clean: true,
  },
  // On its own, with nothing shared: see src/runtime/index.ts.
  { ...shared, entry: { runtime: 'src/runtime/index.ts' }, splitting: false },
]);
