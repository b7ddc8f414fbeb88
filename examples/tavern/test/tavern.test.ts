import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));
/** Node.js 22.18 and later run TypeScript as it is; before, tsx does. */
const [major, minor] = process.versions.node.split('.').map(Number);
const commands: [string, string[]][] = [['with tsx', ['--import', 'tsx']]];
if (major > 22 || (major === 22 && minor >= 18)) commands.push(['as it is', []]);
const ways = commands.flatMap(([name, args]) =>
  ['inline', 'tinypool'].map((scheduler) => [`${name}, on ${scheduler}`, args, scheduler] as const),
);

/** Starts the tavern as the README does; resolves with its port. */
async function open(args: readonly string[], scheduler: string): Promise<number> {
  const env = { ...process.env, PORT: '0', SCHEDULER: scheduler };
  const child = spawn(process.execPath, [...args, 'src/tavern.ts'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  const port = new Promise<number>((resolve) => {
    child.stdout.on('data', (chunk) => {
      output += chunk;
      const found = /nc localhost (\d+)/.exec(output);
      if (found !== null) resolve(Number(found[1]));
    });
  });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`it ended with exit code ${code}: ${output}${errors}`)));
  return Promise.race([port, ended]);
}

it.each(ways)('serves guests at sockets what the price service says, each by a keeper that remembers, %s', async (_, args, scheduler) => {
  const port = await open(args, scheduler);
  const [ann, ben] = [createConnection(port), createConnection(port)];
  const heard = (socket: typeof ann) => createInterface(socket)[Symbol.asyncIterator]();
  const [toAnn, toBen] = [heard(ann), heard(ben)];
  ann.write('stew');
  expect((await toAnn.next()).value).toBe('stew, that makes 5 coins');
  ben.write('bread\n');
  expect((await toBen.next()).value).toBe('bread, that makes 1 coins');
  ann.write('ale\n');
  expect((await toAnn.next()).value).toBe('ale, that makes 3 coins');
  expect((await toAnn.next()).value).toMatch(/^Keeper [12] has served stew, ale$/);
  ann.destroy();
  ben.destroy();
});
