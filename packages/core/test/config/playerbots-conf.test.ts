import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadConfig, SessionManager } from '@dormouse/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { echo } from '../manager/behaviors.js';
import { failure } from '../manager/test-manager.js';
import { serialScheduler } from '../scheduler/test-schedulers.js';

let folder: string;
let file: string;

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'dormouse-conf-')));
  file = join(folder, 'playerbots.conf');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function load(content: string) {
  writeFileSync(file, content);
  return loadConfig({ file });
}

const WHOLE = {
  enabled: true,
  maxConcurrentSessions: 2000,
  updateBatchSize: 128,
  workerThreads: 4,
  hibernationThresholdMinutes: 10,
  enableSimd: false,
  enableAutoDefragmentation: true,
};

const WHOLE_FILE = `###############################
# PLAYERBOTS
###############################
[worldserver]

Playerbot.Enable = 1
Playerbot.SessionMgr.MaxConcurrentSessions = 2000   # at once
Playerbot.SessionMgr.UpdateBatchSize=128
  Playerbot.SessionMgr.WorkerThreads\t=\t4
Playerbot.SessionMgr.HibernationThresholdMinutes = "10"
Playerbot.SessionMgr.EnableSIMD = 0# off
Playerbot.SessionMgr.EnableAutoDefragmentation = 1
#Playerbot.SessionMgr.UpdateBatchSize = 5
`;

describe('R-32 playerbots.conf', () => {
  it('gives every key, with comments, quotes, sections and any spacing', async () => {
    expect(await load(WHOLE_FILE)).toEqual(WHOLE);
  });

  it('is read with CRLF, with a byte order mark and without a last line’s end', async () => {
    expect(await load(`\uFEFF${WHOLE_FILE.trimEnd().replaceAll('\n', '\r\n')}`)).toEqual(WHOLE);
  });

  it('is read from a file URL, and its settings start a manager', async () => {
    writeFileSync(file, 'Playerbot.SessionMgr.UpdateBatchSize = 8\nPlayerbot.Enable = 0\n');
    const settings = await loadConfig({ file: pathToFileURL(file) });
    const manager = await SessionManager.start({ behavior: echo, scheduler: serialScheduler(), logger: false, ...settings });
    expect([manager.enabled, manager.config.updateBatchSize]).toEqual([false, 8]);
    await manager.shutdown();
  });

  it('sets nothing that it does not name; keys of others are theirs', async () => {
    expect(await load('')).toEqual({});
    expect(await load('MapUpdate.Threads = 2\nPlayerbots.Enable = 7\nplayerbot = x\nPlayerbot.SessionMgr.UpdateBatchSize = 9\n')).toEqual({
      updateBatchSize: 9,
    });
  });

  it.each(['Playerbot.SessionMgr.BatchSize = 5', 'Playerbot.Enabled = 1', 'Playerbot.SessionMgr.updateBatchSize = 5'])(
    'an unknown key (%s) is refused with file and line, naming those there are',
    async (line) => {
      const key = line.split(' ')[0];
      await expect(load(`# first\n\n${line}\n`)).rejects.toEqual(
        failure(
          'ERR_CONFIG_KEY_UNKNOWN',
          `${file}:3: unknown key "${key}": known are Playerbot.Enable, Playerbot.SessionMgr.MaxConcurrentSessions, ` +
            'Playerbot.SessionMgr.UpdateBatchSize, Playerbot.SessionMgr.WorkerThreads, Playerbot.SessionMgr.HibernationThresholdMinutes, ' +
            'Playerbot.SessionMgr.EnableSIMD, Playerbot.SessionMgr.EnableAutoDefragmentation',
        ),
      );
    },
  );

  it.each([
    ['Playerbot.SessionMgr.UpdateBatchSize = 300', 'Playerbot.SessionMgr.UpdateBatchSize must be an integer 1…256: got 300'],
    ['Playerbot.SessionMgr.UpdateBatchSize = 0', 'Playerbot.SessionMgr.UpdateBatchSize must be an integer 1…256: got 0'],
    ['Playerbot.SessionMgr.UpdateBatchSize = -5', 'Playerbot.SessionMgr.UpdateBatchSize must be an integer 1…256: got -5'],
    ['Playerbot.SessionMgr.UpdateBatchSize = 6.4', 'Playerbot.SessionMgr.UpdateBatchSize must be an integer 1…256: got "6.4"'],
    ['Playerbot.SessionMgr.UpdateBatchSize = 64 bots', 'Playerbot.SessionMgr.UpdateBatchSize must be an integer 1…256: got "64 bots"'],
    ['Playerbot.SessionMgr.UpdateBatchSize = 0x40', 'Playerbot.SessionMgr.UpdateBatchSize must be an integer 1…256: got "0x40"'],
    ['Playerbot.SessionMgr.UpdateBatchSize =', 'Playerbot.SessionMgr.UpdateBatchSize must be an integer 1…256: got ""'],
    ['Playerbot.SessionMgr.WorkerThreads = 256', 'Playerbot.SessionMgr.WorkerThreads must be an integer 0…255: got 256'],
    [
      'Playerbot.SessionMgr.MaxConcurrentSessions = 99999999999999999999',
      'Playerbot.SessionMgr.MaxConcurrentSessions must be an integer 1…4194304: got 100000000000000000000',
    ],
    [
      'Playerbot.SessionMgr.HibernationThresholdMinutes = 0',
      'Playerbot.SessionMgr.HibernationThresholdMinutes must be an integer 1…71582: got 0',
    ],
    ['Playerbot.SessionMgr.EnableSIMD = true', 'Playerbot.SessionMgr.EnableSIMD must be 0 or 1: got "true"'],
    ['Playerbot.Enable = 2', 'Playerbot.Enable must be 0 or 1: got "2"'],
    ['Playerbot.Enable = # 1', 'Playerbot.Enable must be 0 or 1: got ""'],
  ])('a bad value (%s) is refused with file and line, key, value and range', async (line, message) => {
    await expect(load(`\r\n${line}\r\n`)).rejects.toEqual(failure('ERR_CONFIG_INVALID', `${file}:2: ${message}`));
  });

  it('a key twice is refused with both lines, though the values agree', async () => {
    await expect(load('Playerbot.Enable = 1\n# and\nPlayerbot.Enable = 1\n')).rejects.toEqual(
      failure('ERR_CONFIG_INVALID', `${file}:3: Playerbot.Enable stands in line 1 already`),
    );
  });

  it.each(['Playerbot.Enable', '= 5', 'just words', 'Playerbot.Enable: 1'])(
    'a line that is none (%s) is refused with file and line',
    async (line) => {
      await expect(load(`Playerbot.Enable = 1\n${line}\n`)).rejects.toEqual(
        failure('ERR_CONFIG_INVALID', `${file}:2: expected Key = value: got "${line}"`),
      );
    },
  );

  it('a file that cannot be read is refused by its name, with the cause', async () => {
    const missing = join(folder, 'missing.conf');
    const error = await loadConfig({ file: missing }).catch((reason) => reason);
    expect(error).toEqual(failure('ERR_CONFIG_INVALID', new RegExp(`^cannot read ${missing}: ENOENT`)));
    expect(error.cause.code).toBe('ENOENT');
  });
});

describe('R-32 environment variables', () => {
  const ENVIRONMENT = {
    PLAYERBOT_ENABLE: '1',
    PLAYERBOT_SESSION_MGR_MAX_CONCURRENT_SESSIONS: '2000',
    PLAYERBOT_SESSION_MGR_UPDATE_BATCH_SIZE: ' 128 ',
    PLAYERBOT_SESSION_MGR_WORKER_THREADS: '4',
    PLAYERBOT_SESSION_MGR_HIBERNATION_THRESHOLD_MINUTES: '10',
    PLAYERBOT_SESSION_MGR_ENABLE_SIMD: '0',
    PLAYERBOT_SESSION_MGR_ENABLE_AUTO_DEFRAGMENTATION: '1',
  };

  it('give every key; others are passed over', async () => {
    expect(await loadConfig({ env: { ...ENVIRONMENT, PATH: '/bin', PLAYERBOT_OTHER: 'x', PLAYERBOT_ENABLE_MORE: '5' } })).toEqual(WHOLE);
    expect(await loadConfig({ env: { PLAYERBOT_ENABLE: undefined } })).toEqual({});
    expect(await loadConfig({ env: {} })).toEqual({});
  });

  it.each([[undefined], [null], ['playerbots.conf'], [{}], [{ file: undefined }]])(
    'nothing to read from is refused: %o',
    async (source) => {
      await expect(loadConfig(source as never)).rejects.toEqual(
        failure('ERR_INVALID_ARGUMENT', /^loadConfig takes \{ file, env \}, at least one of them: got /),
      );
    },
  );

  it('an option that it does not know is refused', async () => {
    await expect(loadConfig({ env: {}, path: 'playerbots.conf' } as never)).rejects.toEqual(
      failure('ERR_INVALID_ARGUMENT', 'unknown option of loadConfig "path": known are file, env'),
    );
  });

  it('win over the file, key by key', async () => {
    writeFileSync(file, 'Playerbot.Enable = 1\nPlayerbot.SessionMgr.UpdateBatchSize = 9\n');
    expect(await loadConfig({ file, env: { PLAYERBOT_SESSION_MGR_UPDATE_BATCH_SIZE: '10' } })).toEqual({
      enabled: true,
      updateBatchSize: 10,
    });
  });

  it('unknown under the prefix are refused by name', async () => {
    await expect(loadConfig({ env: { PLAYERBOT_SESSION_MGR_BATCH: '5' } })).rejects.toEqual(
      failure(
        'ERR_CONFIG_KEY_UNKNOWN',
        `unknown environment variable "PLAYERBOT_SESSION_MGR_BATCH": known are ${Object.keys(ENVIRONMENT).join(', ')}`,
      ),
    );
  });

  it.each([
    ['PLAYERBOT_SESSION_MGR_UPDATE_BATCH_SIZE', '300', 'must be an integer 1…256: got 300'],
    ['PLAYERBOT_SESSION_MGR_UPDATE_BATCH_SIZE', '', 'must be an integer 1…256: got ""'],
    ['PLAYERBOT_ENABLE', 'yes', 'must be 0 or 1: got "yes"'],
  ])('%s=%s is refused by name, value and range', async (variable, value, message) => {
    await expect(loadConfig({ env: { [variable]: value } })).rejects.toEqual(
      failure('ERR_CONFIG_INVALID', `environment variable ${variable} ${message}`),
    );
  });
});
