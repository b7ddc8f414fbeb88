import { fileURLToPath } from 'node:url';
import { defineConfig, type Options } from 'tsup';
import { compileKernels } from './compile-kernels.mjs';

const shared = {
  format: 'esm',
  target: 'node20',
  sourcemap: true,
} as const;

const computed = {
  'behaviors/light': 'src/behaviors/light.ts',
  'behaviors/packets': 'src/behaviors/packets.ts',
  'behaviors/heavy': 'src/behaviors/heavy.ts',
  'behaviors/hotspot': 'src/behaviors/hotspot.ts',
  'behaviors/drain': 'src/behaviors/drain.ts',
  'floor/light': 'src/floor/light.ts',
  'floor/packets': 'src/floor/packets.ts',
  'floor/heavy': 'src/floor/heavy.ts',
  'floor/drain': 'src/floor/drain.ts',
  'plain/fleet': 'src/plain/fleet.ts',
  'ecs/fleet': 'src/ecs/fleet.ts',
  'by-hand/objects-job': 'src/by-hand/objects-job.ts',
  'by-hand/columns-job': 'src/by-hand/columns-job.ts',
  'by-hand/shard-job': 'src/by-hand/shard-job.ts',
};

/**
 * One source, two builds: `light-f32.js` rounds every operation, `light-f64.js` none. The plugin swaps the module that
 * rounds for one that returns what it is given, which esbuild then inlines away (`minifySyntax` does that).
 */
function arithmetic(arith: 'f32' | 'f64'): Options {
  const rounding = fileURLToPath(new URL(`src/arithmetic/${arith === 'f32' ? 'rounding' : 'unrounded'}.ts`, import.meta.url));
  return {
    ...shared,
    entry: Object.fromEntries(Object.entries(computed).map(([name, source]) => [`${name}-${arith}`, source])),
    splitting: false,
    esbuildPlugins: [{ name: 'arithmetic', setup: (build) => build.onResolve({ filter: /\/rounding\.js$/ }, () => ({ path: rounding })) }],
    esbuildOptions(options) {
      options.minifySyntax = true;
    },
  };
}

export default defineConfig([
  {
    ...shared,
    entry: { index: 'src/index.ts', cli: 'src/cli.ts', 'arm-process': 'src/compare/arm-process.ts' },
    splitting: true,
    dts: { entry: { index: 'src/index.ts' } },
    clean: true,
    onSuccess: compileKernels,
  },
  {
    ...shared,
    entry: {
      'behaviors/idle': 'src/behaviors/idle.ts',
      'behaviors/objects': 'src/behaviors/objects.ts',
      'behaviors/services': 'src/behaviors/services.ts',
      'behaviors/sleeper': 'src/behaviors/sleeper.ts',
      'behaviors/spin': 'src/behaviors/spin.ts',
      'floor/idle': 'src/floor/idle.ts',
      'floor/objects': 'src/floor/objects.ts',
      'behaviors/light-kernel': 'src/behaviors/light-kernel.ts',
      'behaviors/heavy-kernel': 'src/behaviors/heavy-kernel.ts',
      'dormouse/mortal-thread': 'src/compare/contenders/dormouse/mortal-thread.ts',
      'dormouse/raw-thread': 'src/compare/contenders/dormouse/raw-thread.ts',
      'by-hand/tinypool-thread': 'src/by-hand/tinypool-thread.ts',
      'by-hand/piscina-thread': 'src/by-hand/piscina-thread.ts',
      'by-hand/poolifier-thread': 'src/by-hand/poolifier-thread.ts',
      'by-hand/workerpool-thread': 'src/by-hand/workerpool-thread.ts',
      'by-hand/threads-thread': 'src/by-hand/threads-thread.ts',
      'by-hand/claimed-thread': 'src/by-hand/claimed-thread.ts',
    },
    splitting: false,
  },
  arithmetic('f32'),
  arithmetic('f64'),
]);
