import { CONTENDERS as REGISTRY } from '#bench';

const floor = REGISTRY.find(({ name }) => name === 'floor');

/** The floor under another name, with what `change` makes of its arm: `inner` opens more of them. `only`: in which workload, null: in all. */
function variant(name, only, change) {
  return {
    ...floor,
    name: `test-${name}`,
    title: name,
    justification: 'It is there to be tried.',
    reasonAgainst: (workload) => (only === null || workload === only ? undefined : `it is tried in ${only}`),
    async open(setup, sink) {
      return change(await floor.open(setup, sink), (other) => floor.open({ ...setup, ...other }, sink), setup, sink);
    },
  };
}

/** Sends on all packets but every hundredth. */
async function losing(_arm, inner, _setup, sink) {
  let count = 0;
  const take = sink.take.bind(sink);
  sink.take = (words, start) => {
    if (++count % 100 !== 0) take(words, start);
  };
  return inner({});
}

/** Sends on the packets of a tick in the next. */
async function late(_arm, inner, _setup, sink) {
  const take = sink.take.bind(sink);
  const kept = [];
  sink.take = (words, start) => kept.push(words.slice(start, start + 4));
  const right = await inner({});
  return {
    ...right,
    tick(t, inbound) {
      for (const words of kept.splice(0)) take(words, 0);
      right.tick(t, inbound);
    },
  };
}

/** Runs a tick more each time that its sessions are asked for. */
function changingWhenRead(arm) {
  let last = 0;
  return {
    ...arm,
    tick(t, inbound) {
      last = t;
      arm.tick(t, inbound);
    },
    sessions() {
      const sessions = [...arm.sessions()];
      arm.tick(++last, null);
      return sessions;
    },
  };
}

/** Sends on packets with a bit of the hundredth changed. */
async function changing(_arm, inner, _setup, sink) {
  let count = 0;
  const take = sink.take.bind(sink);
  sink.take = (words, start) => {
    if (++count === 100) words[start] ^= 1;
    take(words, start);
  };
  return inner({});
}

/** One that does what it should, and others that each do one thing that they should not. */
export const CONTENDERS = [
  variant('right', null, (arm) => arm),
  variant('skips-a-tick', 'W1', (arm) => ({ ...arm, tick: (t, inbound) => (t === 7 ? undefined : arm.tick(t, inbound)) })),
  variant('runs-a-tick-twice', 'W1', (arm) => ({
    ...arm,
    tick(t, inbound) {
      arm.tick(t, inbound);
      if (t === 7) arm.tick(t, null);
    },
  })),
  variant('skips-a-session', 'W1', async (arm, inner, { sessions }) => {
    const others = await inner({ sessions: sessions - 1 });
    const [last] = [...arm.sessions()].slice(-1);
    return { ...others, sessions: () => [...others.sessions(), last] };
  }),
  variant('forgets-a-session', 'W1', (arm) => ({ ...arm, sessions: () => [...arm.sessions()].slice(1) })),
  variant('says-that-it-did', 'W1', (arm) => ({
    ...arm,
    tick() {},
    sessions: () => [...arm.sessions()].map((session) => ({ ...session, updateCount: 45 })),
  })),
  variant('loses-packets', 'W2', losing),
  variant('is-late', 'W2', late),
  variant('ignores-packets', 'W2', (arm) => ({ ...arm, tick: (t) => arm.tick(t, null) })),
  variant('changes-when-read', 'W1', changingWhenRead),
  variant('ends-ticks-early', 'W1', (arm) => ({
    ...arm,
    tick(t, inbound) {
      setImmediate(() => arm.tick(t, inbound));
    },
  })),
  variant('changes-packets', 'W2', changing),
  variant('computes-wrongly', 'W1', (arm) => ({
    ...arm,
    sessions: () => [...arm.sessions()].map((session, rank) => (rank === 99 ? { ...session, hp: session.hp + 1 } : session)),
  })),
  variant('hangs', null, (arm, _inner, { workload }) => ({
    ...arm,
    tick: (t, inbound) => (workload === 'W2' && t === 7 ? new Promise(() => setInterval(() => {}, 1000)) : arm.tick(t, inbound)),
  })),
  variant('spins', 'W2', (arm) => ({
    ...arm,
    tick(t, inbound) {
      while (t === 7);
      arm.tick(t, inbound);
    },
  })),
  variant('throws-as-it-opens', 'W2', () => {
    throw new Error('no room');
  }),
  variant('throws-in-a-tick', 'W2', (arm) => ({
    ...arm,
    tick(t, inbound) {
      if (t === 7) throw new Error('no luck');
      arm.tick(t, inbound);
    },
  })),
  variant('exits', 'W2', (arm) => ({ ...arm, tick: (t, inbound) => (t === 7 ? process.exit(3) : arm.tick(t, inbound)) })),
  variant('fails-behind-our-backs', 'W2', (arm) => ({
    ...arm,
    tick(t, inbound) {
      if (t === 7) setImmediate(() => thrower());
      arm.tick(t, inbound);
    },
    sessions: () => new Promise(() => {}),
  })),
  variant('does-not-close', 'W2', (arm) => ({ ...arm, close: () => new Promise(() => setInterval(() => {}, 1000)) })),
];

function thrower() {
  throw new RangeError('too late');
}
