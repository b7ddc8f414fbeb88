import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONTENDERS } from '#bench';
import { type Arm, type ArmSetup, COMPARED_WORKLOADS, type Contender } from '../src/compare/contender.js';
import { checksumOf } from '../src/harness/checksum.js';
import { inboundOf } from '../src/harness/inbound.js';
import { openReference } from '../src/reference/reference.js';
import { ARITHS } from '../src/workloads.js';

const BY_HAND = CONTENDERS.filter(({ kind }) => kind === 'by-hand');
const SETUP = { sessions: 100, diffMs: 100, workers: 2 } as const;
const FORMS = ['cloned', 'shared', 'shared-claimed', 'shared-claimed-joins', 'sharded'];
/** W8: to where a tenth is awake, and after it another. */
const TICKS = 45;

const started: Worker[] = [];
const note = (thread: Worker): void => void started.push(thread);
beforeEach(() => {
  started.length = 0;
  process.on('worker', note);
});
afterEach(() => void process.off('worker', note));

/** Drives an arm as the comparison does; knows what the arm must come to. */
class Driver {
  arm!: Arm;
  egressSum = 0;
  #ticks = 0;
  readonly #setup: ArmSetup;

  constructor(setup: ArmSetup) {
    this.#setup = setup;
  }

  async open(contender: Contender): Promise<void> {
    this.arm = await contender.open(this.#setup, {
      take: (words, start) => {
        for (let i = start; i < start + 4; i++) this.egressSum = (this.egressSum + words[i]) >>> 0;
      },
    });
  }

  async tick(ticks: number): Promise<void> {
    const inbound = inboundOf(this.#setup.workload, this.#setup.sessions);
    for (const end = this.#ticks + ticks; this.#ticks < end; this.#ticks++) await this.arm.tick(this.#ticks, inbound(this.#ticks));
  }

  async found() {
    const sessions = [...(await this.arm.sessions())];
    const total = (of: 'updateCount' | 'packetsIn' | 'packetsOut'): number => sessions.reduce((sum, session) => sum + session[of], 0);
    return {
      checksum: checksumOf(sessions),
      egressSum: this.egressSum,
      updates: total('updateCount'),
      packetsIn: total('packetsIn'),
      packetsOut: total('packetsOut'),
    };
  }

  expected() {
    const reference = openReference(this.#setup);
    while (reference.ticks < this.#ticks) reference.tick();
    return {
      checksum: reference.checksum(),
      egressSum: reference.egressSum(),
      updates: reference.updates(),
      packetsIn: reference.packetsIn(),
      packetsOut: reference.packetsOut(),
    };
  }
}

describe.each(BY_HAND)('$name', (contender) => {
  // What threads run is the same for all libraries: in binary32, and in workloads whose messages are like others', one of them shows it.
  const ariths = contender.library === 'tinypool' ? ARITHS : (['f64'] as const);
  const told = contender.library === 'tinypool' ? COMPARED_WORKLOADS : (['W2', 'W5'] as const);
  const workloads = told.filter((workload) => contender.reasonAgainst(workload, 'f64') === undefined);

  it.each(workloads)('does all the work of %s and no other', async (workload) => {
    for (const arith of ariths) {
      const driver = new Driver({ ...SETUP, workload, arith });
      await driver.open(contender);
      try {
        await driver.tick(TICKS);
        expect({ arith, ...(await driver.found()) }).toEqual({ arith, ...driver.expected() });
      } finally {
        await driver.arm.close();
      }
    }
  });

  it('closes when one of its threads has died, and leaves none behind', async () => {
    const driver = new Driver({ ...SETUP, workload: 'W1', arith: 'f64' });
    await driver.open(contender);
    await driver.tick(3);
    await driver.arm.killThread?.();
    // What becomes of the next tick is the library's affair: some never end it.
    driver.tick(1).catch(() => {});
    await driver.arm.close();
    await Promise.all(started.filter(({ threadId }) => threadId !== -1).map((thread) => once(thread, 'exit')));
    expect(started.length).toBeGreaterThanOrEqual(SETUP.workers);
    expect(started.map(({ threadId }) => threadId)).toEqual(started.map(() => -1));
  });
});

/** Of every library objects and columns; the other forms over columns change their threads by the same code. */
const RESIZED = BY_HAND.filter(
  ({ library, form }) => form === 'cloned' || form === 'shared' || (form !== 'sharded' && library === 'tinypool'),
);

describe.each(RESIZED)('$name', (contender) => {
  it('goes on with more threads, and with fewer, and loses nothing', async () => {
    const driver = new Driver({ ...SETUP, workload: 'W2', arith: 'f64' });
    await driver.open(contender);
    try {
      for (const workers of [3, 1]) {
        await driver.tick(3);
        await driver.arm.resize?.(workers);
      }
      await driver.tick(3);
      expect(await driver.found()).toEqual(driver.expected());
      // threads.js alone lets one be added, or taken away.
      expect(started).toHaveLength(contender.library === 'threads' ? 3 : 2 + 3 + 1);
    } finally {
      await driver.arm.close();
    }
  });
});

it('every library has every form', () => {
  const libraries = [...new Set(BY_HAND.map(({ library }) => library))];
  expect(libraries).toEqual(['tinypool', 'piscina', 'poolifier', 'workerpool', 'threads']);
  for (const library of libraries) {
    const names = BY_HAND.filter((contender) => contender.library === library).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(FORMS.map((form) => `${library}-${form}`)));
  }
});

it('shared memory has no room for the objects of W5, and that is said', () => {
  for (const { form, reasonAgainst } of BY_HAND) {
    expect(reasonAgainst('W5', 'f64') === undefined).toBe(!form.startsWith('shared'));
  }
});

it('what a library or a form is known for is said wherever it is listed', () => {
  const remarkOf = (name: string): string | undefined => BY_HAND.find((contender) => contender.name === name)?.remark;
  expect(remarkOf('threads-shared')).toBe('unmaintained since 2024, kept for comparison');
  expect(remarkOf('threads-sharded')).toBe('unmaintained since 2024, kept for comparison; sessions are lost with their thread');
  expect(remarkOf('tinypool-sharded')).toBe('sessions are lost with their thread');
  expect(remarkOf('tinypool-cloned')).toBe(undefined);
});
