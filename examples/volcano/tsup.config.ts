import { defineConfig } from 'tsup';

export default defineConfig({
  // The behaviour is a module of its own: workers import it by its URL, and the host must hold that very module too.
  entry: { main: 'src/main.ts', bot: 'src/bot.ts' },
  external: ['./bot.js'],
  splitting: false,
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  treeshake: true,
  clean: true,
});
