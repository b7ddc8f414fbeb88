import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';

const repository = fileURLToPath(new URL('.', import.meta.url));

/** Packages and examples that are there, each a project of its own name, and the two folders of tooling that have tests. */
const members = ['packages', 'examples'].flatMap((folder) =>
  readdirSync(`${repository}${folder}`).map((name) => ({ name, root: `${repository}${folder}/${name}` })),
);
const projects = [
  ...members.filter(({ root }) => existsSync(`${root}/package.json`)),
  { name: 'lint', root: `${repository}lint` },
  { name: 'scripts', root: `${repository}scripts` },
];

/** Left out where `DORMOUSE_TESTS` is `short`, as on the further versions of Node.js in CI: what takes long and does not depend on the version. */
const LONG = [
  '**/conformance/*.test.ts',
  '**/dispatch/model/*.test.ts',
  '**/process/{chaos,conservation,data-memory,resident-memory,soak}.test.ts',
  '**/launcher.test.ts',
  '**/*.property.test.ts',
];
const long = process.env.DORMOUSE_TESTS === 'short' ? LONG : [];

export default defineConfig({
  test: {
    // Processes, not threads: tests start threads of their own and watch what belongs to a whole process.
    pool: 'forks',
    // Vitest leaves a processor to itself: of two, that is half the time.
    maxWorkers: '100%',
    // A ceiling for a machine with two busy cores, not a claim about speed.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // A user's project, whose test runs where it is installed: scripts/check-toolchain.mjs.
    exclude: [...configDefaults.exclude, 'toolchain/**', ...long],
    projects: projects.map(({ name, root }) => ({ extends: true, root, test: { name } })),
  },
});
