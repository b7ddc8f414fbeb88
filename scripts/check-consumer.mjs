/** Lets a user's program (scripts/consumer) be type checked and run with the packages as they would be published. */
import { join } from 'node:path';
import { atConsumer, catalogVersion, must } from './packed.mjs';

const tools = ['typescript', '@types/node'].map((name) => `${name}@${catalogVersion(name)}`);

await atConsumer({ fixture: 'consumer', tools }, async (app) => {
  await must(process.execPath, [join('node_modules', 'typescript', 'bin', 'tsc')], app);
  await must(process.execPath, [join('built', 'main.js')], app);
  for (const name of ['bench', 'store-sqlite']) {
    await must(process.execPath, [join('node_modules', '@dormouse', name, 'dist', 'cli.js'), '--help'], app);
  }
});
