/**
 * `npm start` and `npm test`: all set-up from Node and npm alone, then the command. What is done already is not done again.
 *
 *   node scripts/setup.mjs start [options of the example]
 *   node scripts/setup.mjs test [options of vitest]
 */
import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, runQuietly } from './child.mjs';
import { reasonToInstall, stampInstall } from './dependency-stamp.mjs';
import { tooOld } from './node-version.mjs';

const repository = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));

const COMMANDS = {
  start: { packages: ['--filter=@dormouse/example-volcano...'], script: join('examples', 'volcano', 'dist', 'main.js'), args: [] },
  test: { packages: ['--filter=!docs'], script: join('node_modules', 'vitest', 'vitest.mjs'), args: ['run'] },
};

/** A build that has nothing to do is over before it is worth a word. */
const NOTICE_AFTER_MS = 1500;

function say(message) {
  console.error(`dormouse: ${message}`);
}

/** npm's own program where npm started us, since on Windows `npm` is a script that cannot be spawned. */
function npm(args) {
  const program = process.env.npm_execpath;
  if (program !== undefined && /npm-cli\.js$/.test(program))
    return run(process.execPath, [program, ...args], { cwd: repository, env: setUpEnv() });
  return run('npm', args, { cwd: repository, env: setUpEnv(), shell: process.platform === 'win32' });
}

/** CI: pnpm asks no questions. Turbo finds the workspace's pnpm in the path. */
function setUpEnv() {
  const bin = join(repository, 'node_modules', '.bin');
  return {
    ...process.env,
    CI: 'true',
    TURBO_TELEMETRY_DISABLED: '1',
    TURBO_NO_UPDATE_NOTIFIER: '1',
    PATH: `${bin}${delimiter}${process.env.PATH}`,
  };
}

async function install() {
  const reason = reasonToInstall(repository);
  if (reason === undefined) return 0;
  const { name, version } = manifest.devEngines.packageManager;
  say(`installing dependencies with ${name} ${version}: ${reason}`);
  const code = await npm(['exec', '--yes', `--package=${name}@${version}`, '--', name, 'install', '--frozen-lockfile']);
  if (code === 0) stampInstall(repository);
  else say(`the dependencies could not be installed (exit code ${code}); the messages above say why`);
  return code;
}

async function build(packages) {
  const turbo = join(repository, 'node_modules', 'turbo', 'bin', 'turbo');
  const args = [turbo, 'run', 'build', ...packages, '--output-logs=errors-only', '--ui=stream'];
  const notice = setTimeout(say, NOTICE_AFTER_MS, 'building the packages');
  const code = await runQuietly(process.execPath, args, { cwd: repository, env: setUpEnv() });
  clearTimeout(notice);
  if (code !== 0) say(`the build failed (exit code ${code}); the messages above say why`);
  return code;
}

async function main(name, args) {
  const command = COMMANDS[name];
  if (command === undefined) {
    say(`unknown command ${JSON.stringify(name)}: one of ${Object.keys(COMMANDS).join(', ')}`);
    return 2;
  }
  const refusal = tooOld(process.versions.node, manifest.engines.node);
  if (refusal !== undefined) {
    say(refusal);
    return 1;
  }
  const code = (await install()) || (await build(command.packages));
  if (code !== 0) return code;
  return run(process.execPath, [join(repository, command.script), ...command.args, ...args], { cwd: repository });
}

process.exitCode = await main(process.argv[2], process.argv.slice(3));
