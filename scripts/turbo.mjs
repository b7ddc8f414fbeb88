/**
 * `pnpm turbo …`: turbo itself, but for `gen`, which turbo would download each time, of its own version: this runs the one that is
 * installed here.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './child.mjs';

const modules = fileURLToPath(new URL('../node_modules', import.meta.url));
const SUBCOMMANDS = ['run', 'r', 'workspace', 'w', 'help', '--help', '-h'];

const [command, ...rest] = process.argv.slice(2);
const isGenerate = ['gen', 'generate'].includes(command);
const program = isGenerate ? join('@turbo', 'gen', 'dist', 'cli.js') : join('turbo', 'bin', 'turbo');
const args = isGenerate ? [...(SUBCOMMANDS.includes(rest[0]) ? [] : ['run']), ...rest] : process.argv.slice(2);
process.exitCode = await run(process.execPath, [join(modules, program), ...args]);
