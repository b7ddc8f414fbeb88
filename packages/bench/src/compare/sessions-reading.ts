import { checksumOf } from '../harness/checksum.js';
import { cpuUsSince } from '../harness/cpu-time.js';
import type { Work } from './arm-protocol.js';
import type { Arm, FinalSession } from './contender.js';

/** What sessions say of themselves, added up, and their checksum. */
type Reading = Pick<Work, 'updates' | 'packetsIn' | 'packetsOut' | 'bytesIn' | 'bytesOut' | 'checksum'>;

/**
 * CPU time, of all threads, that the first reading may take beside three times that of the second: code is compiled, garbage is collected. Ticks of a whole race that
 * were put off take seconds.
 */
const SLACK_US = 250_000;
/** And for each session, for whatever an arm makes of it to be read, and keeps: 10 µs where a page that is touched for the first time takes as much. */
const SLACK_US_PER_SESSION = 20;
const MOST_TIMES_SECOND = 3;

/** Reads all sessions, twice. Rejects if the second reading says something else, or the first took so much longer that it did the work of ticks. */
export async function readTwice(arm: Arm): Promise<Reading> {
  const first = await read(arm);
  const second = await read(arm);
  const slackUs = SLACK_US + first.count * SLACK_US_PER_SESSION;
  if (first.cpuUs > slackUs + MOST_TIMES_SECOND * second.cpuUs) {
    const [firstMs, secondMs] = [first, second].map(({ cpuUs }) => Math.round(cpuUs / 1000));
    throw new Error(`left work to be done when its sessions are read: that took ${firstMs} ms of CPU time, and ${secondMs} ms once more`);
  }
  const { checksum, updates } = second.reading;
  if (checksum !== first.reading.checksum || updates !== first.reading.updates) throw new Error('its sessions change while nothing ticks');
  return first.reading;
}

/** What sessions come to, by ascending account id. */
export function readingOf(sessions: Iterable<FinalSession>): Reading {
  return countAll(sessions).reading;
}

function countAll(sessions: Iterable<FinalSession>): { readonly reading: Reading; readonly count: number } {
  const counted = new Counted();
  const checksum = checksumOf(counted.all(sessions));
  const { count, updates, packetsIn, packetsOut, bytesIn, bytesOut } = counted;
  return { reading: { updates, packetsIn, packetsOut, bytesIn, bytesOut, checksum }, count };
}

async function read(arm: Arm): Promise<{ readonly reading: Reading; readonly count: number; readonly cpuUs: number }> {
  const cpuBefore = process.cpuUsage();
  const all = countAll(await arm.sessions());
  return { ...all, cpuUs: cpuUsSince(cpuBefore) };
}

/** Counts what sessions have done while they go by. */
class Counted {
  count = 0;
  updates = 0;
  packetsIn = 0;
  packetsOut = 0;
  bytesIn = 0;
  bytesOut = 0;

  *all(sessions: Iterable<FinalSession>): Generator<FinalSession> {
    for (const session of sessions) {
      this.count++;
      this.updates += session.updateCount;
      this.packetsIn += session.packetsIn;
      this.packetsOut += session.packetsOut;
      this.bytesIn += session.bytesIn;
      this.bytesOut += session.bytesOut;
      yield session;
    }
  }
}
