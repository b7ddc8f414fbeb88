import { SessionManager } from '@dormouse/core';
import { describe, expect, it, vi } from 'vitest';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { startTalking, type Talk, talker } from './talking.js';

const PREFIX = 'module.playerbot.session: ';

function collecting() {
  const lines: string[] = [];
  const to = (level: string) => (message: string) => void lines.push(`${level} ${message.replace(PREFIX, '')}`);
  return { lines, logger: { debug: to('debug'), info: to('info'), warn: to('warn'), error: to('error') } };
}

describe('session.log', () => {
  it('goes to the manager’s logger with tick and account, at its level, by account and sequence', async () => {
    const { lines, logger } = collecting();
    const talk: Talk = {
      update(session) {
        session.log(`hello from ${session.accountId}`);
        session.log('déjà vu – 🦦', 'warn');
        if (session.accountId === 1) session.log('', 'debug');
        if (session.accountId === 1) session.log('bad', 'error');
      },
    };
    const manager = await startTalking(talk, { logger });
    manager.createSession(2);
    manager.createSession(1);
    lines.length = 0;
    await manager.updateAllSessions(100);
    expect(lines).toEqual([
      'info tick 1: account 1: hello from 1',
      'warn tick 1: account 1: déjà vu – 🦦',
      'debug tick 1: account 1: ',
      'error tick 1: account 1: bad',
      'info tick 1: account 2: hello from 2',
      'warn tick 1: account 2: déjà vu – 🦦',
    ]);
  });

  it('is seen from level info on where no logger was given, though the manager’s own info is not', async () => {
    const seen: string[] = [];
    const spies = (['debug', 'info', 'warn', 'error'] as const).map((level) =>
      vi.spyOn(console, level).mockImplementation((message: string) => void seen.push(`${level} ${message}`)),
    );
    try {
      const update: Talk['update'] = (session) => {
        for (const level of ['debug', 'info', 'error'] as const) session.log(level, level);
      };
      const behavior = talker({ update }, 'loud');
      const manager = await SessionManager.start({ behavior, scheduler: serialScheduler() });
      manager.createSession(5);
      await manager.updateAllSessions(100);
      await manager.shutdown();
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
    expect(seen).toEqual([`info ${PREFIX}tick 1: account 5: info`, `error ${PREFIX}tick 1: account 5: error`]);
  });

  it('cuts off a text that no outbox can hold, between two characters', async () => {
    const { lines, logger } = collecting();
    const manager = await startTalking({ update: (session) => session.log('🦦'.repeat(500)) }, { logger, outboxBytes: 1024 });
    manager.createSession(1);
    lines.length = 0;
    await manager.updateAllSessions(100);
    // 756 bytes of payload, 4 to a character.
    expect(lines).toEqual([`info tick 1: account 1: ${'🦦'.repeat(189)}`]);
  });

  it('a logger that throws does not keep other records from being carried out', async () => {
    const thrown: unknown[] = [];
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', (error) => thrown.push(error));
    try {
      const { logger } = collecting();
      const manager = await startTalking(
        {
          update(session) {
            session.log('boom');
            session.sendTo(1, 1);
          },
        },
        {
          logger: {
            ...logger,
            info: (message) => {
              if (message.includes('boom')) throw new Error('no log');
            },
          },
        },
      );
      manager.createSession(1);
      expect(await manager.updateAllSessions(100)).toMatchObject({ messagesDelivered: 1, refused: [] });
      await new Promise((resolve) => setImmediate(resolve));
    } finally {
      process.removeAllListeners('uncaughtException');
      for (const listener of listeners) process.on('uncaughtException', listener);
    }
    expect(thrown).toEqual([expect.objectContaining({ message: 'no log' })]);
  });
});

describe('refusals of one tick', () => {
  it('are logged five at most, and then how many more there are: what one session asks in vain all may ask', async () => {
    const { lines, logger } = collecting();
    const manager = await startTalking({ update: (session) => void session.spawn(1) }, { logger });
    manager.createSessionBatch([1, 2, 3, 4, 5, 6, 7, 8]);
    const { refused } = await manager.updateAllSessions(100);
    expect(refused).toHaveLength(8);
    const warnings = lines.filter((line) => line.startsWith('warn'));
    expect(warnings).toHaveLength(6);
    expect(warnings[0]).toContain('tick 1: spawn for account 1 refused: ');
    expect(warnings[5]).toBe("warn tick 1: 3 more refused; the report's refused has all of them");
  });
});

describe('messages that find a mailbox full', () => {
  it('are warned of once, and counted from then on', async () => {
    const { lines, logger } = collecting();
    const payload = new Uint8Array(500);
    const manager = await startTalking(
      { update: (session) => void (session.sendTo(1, 1, payload) && session.sendTo(1, 2, payload)) },
      { logger, mailboxBytes: 1024, outboxBytes: 2048 },
    );
    manager.createSession(1);
    const reports = [];
    for (let tick = 0; tick < 3; tick++) reports.push(await manager.updateAllSessions(100));
    expect(reports.map(({ messagesFull }) => messagesFull)).toEqual([1, 2, 2]);
    expect(lines.filter((line) => line.startsWith('warn'))).toEqual([
      expect.stringMatching(/^warn tick 1: 1 messages found a mailbox full/),
    ]);
  });
});
