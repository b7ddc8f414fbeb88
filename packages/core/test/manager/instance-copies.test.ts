import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));

let folder: string;

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'dormouse-copies-')));
  for (const copy of ['one', 'two']) {
    mkdirSync(join(folder, copy, 'node_modules'), { recursive: true });
    cpSync(join(PACKAGE, 'dist'), join(folder, copy, 'dist'), { recursive: true });
    cpSync(join(PACKAGE, 'package.json'), join(folder, copy, 'package.json'));
    for (const name of ['msgpackr', 'valibot']) {
      symlinkSync(realpathSync(join(PACKAGE, 'node_modules', name)), join(folder, copy, 'node_modules', name), 'dir');
    }
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a program in a process of its own; `one` and `two` are the copies' exports. Returns what it calls `done` with. */
async function run(program: string): Promise<unknown> {
  const [one, two] = ['one', 'two'].map((copy) => pathToFileURL(join(folder, copy, 'dist/index.js')).href);
  const file = join(folder, 'program.mjs');
  writeFileSync(
    file,
    `import * as one from '${one}';
     import * as two from '${two}';
     const done = (result) => console.log(JSON.stringify(result));
     const told = ({ code, message }) => ({ code, message });
     const behavior = one.defineBehavior(import.meta.url, { state: { n: one.u32() }, update(session) { session.state.n++; } });
     let host;
     const scheduler = {
       contractVersion: 1, name: 'serial', supports: { workers: false, resize: false, callerParticipates: true },
       start(given) { host = given; }, parallelFor(count) { host.caller.runBatches(0, count); },
       resize() {}, stop() {}, stats: () => ({ participants: [] }),
     };
     const options = { behavior, scheduler, logger: false };
     ${program}`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, [file]);
  return JSON.parse(stdout);
}

describe('R-05 two installed copies of the package', () => {
  it('share the instance, whichever started it, and either may shut it down', async () => {
    const result = await run(`
      const early = await two.SessionManager.instance().catch(told);
      const manager = await one.SessionManager.instance(options);
      manager.createSession(7);
      const other = await two.SessionManager.instance(options);
      const { sessions } = await other.updateAllSessions(100);
      const before = other.getSession(7).state.n;
      const refused = await two.SessionManager.instance({ ...options, poolSize: 1 }).catch(told);
      await other.shutdown();
      const late = await one.SessionManager.instance().catch(told);
      const anew = await two.SessionManager.instance(options);
      done([early.code, one !== two, manager === other, sessions, before, refused.code, late.code, anew === manager]);
      await (await one.SessionManager.instance()).shutdown();`);
    expect(result).toEqual(['ERR_INSTANCE_NOT_STARTED', true, true, 1, 1, 'ERR_INSTANCE_OPTIONS', 'ERR_INSTANCE_NOT_STARTED', false]);
  });

  it('know each other’s errors and behaviours', async () => {
    const result = await run(`
      const error = await two.SessionManager.start({}).catch((cause) => cause);
      const manager = await two.SessionManager.start(options);
      manager.createSession(1);
      await manager.updateAllSessions(100);
      done([one.DormouseError.isInstance(error, 'ERR_CONFIG_INVALID'), error instanceof one.DormouseError, two.isBehavior(behavior),
        manager.getSession(1).state.n]);
      await manager.shutdown();`);
    expect(result).toEqual([true, false, true, 1]);
  });

  it('say that they cannot share it when they are incompatible', async () => {
    const index = join(folder, 'two/dist');
    const chunk = readInstanceVersion(index);
    writeFileSync(chunk.file, chunk.source.replace(/INSTANCE_VERSION = 1\b/, 'INSTANCE_VERSION = 2'));
    try {
      const result = await run(`
        const manager = await one.SessionManager.instance(options);
        const refused = await two.SessionManager.instance(options).catch(told);
        const without = await two.SessionManager.instance().catch(told);
        done([refused, without.code]);
        await manager.shutdown();`);
      expect(result).toEqual([
        {
          code: 'ERR_INSTANCE_FOREIGN',
          message: 'another copy of @dormouse/core holds the instance (version 1, this copy 2): install one copy',
        },
        'ERR_INSTANCE_FOREIGN',
      ]);
    } finally {
      writeFileSync(chunk.file, chunk.source);
    }
  });
});

/** The built file that says which version of the instance it shares. */
function readInstanceVersion(dist: string): { file: string; source: string } {
  const index = readFileSync(join(dist, 'index.js'), 'utf8');
  for (const [, name] of index.matchAll(/from ["']\.\/([\w-]+\.js)["']/g)) {
    const file = join(dist, name);
    const source = readFileSync(file, 'utf8');
    if (/INSTANCE_VERSION = 1\b/.test(source)) return { file, source };
  }
  throw new Error('no built file holds INSTANCE_VERSION');
}
