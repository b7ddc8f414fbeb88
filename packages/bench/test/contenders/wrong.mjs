import { CONTENDERS as REGISTRY } from '#bench';

const floor = REGISTRY.find(({ name }) => name === 'floor');

/** The floor under another name, with what `change` makes of its arm: `inner` opens more of them. */
function variant(name, change) {
  return {
    ...floor,
    name: `test-${name}`,
    title: name,
    justification: 'It is there to be tried.',
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
  variant('right', (arm) => arm),
  variant('skips-a-tick', (arm) => ({ ...arm, tick: (t, inbound) => (t === 7 ? undefined : arm.tick(t, inbound)) })),
  variant('runs-a-tick-twice', (arm) => ({
    ...arm,
    tick(t, inbound) {
      arm.tick(t, inbound);
      if (t === 7) arm.tick(t, null);
    },
  })),
  variant('skips-a-session', async (arm, inner, { sessions }) => {
    const others = await inner({ sessions: sessions - 1 });
    const [last] = [...arm.sessions()].slice(-1);
    return { ...others, sessions: () => [...others.sessions(), last] };
  }),
  variant('forgets-a-session', (arm) => ({ ...arm, sessions: () => [...arm.sessions()].slice(1) })),
  variant('says-that-it-did', (arm) => ({
    ...arm,
    tick() {},
    sessions: () => [...arm.sessions()].map((session) => ({ ...session, updateCount: 45 })),
  })),
  variant('loses-packets', losing),
  variant('changes-packets', changing),
  variant('computes-wrongly', (arm) => ({
    ...arm,
    sessions: () => [...arm.sessions()].map((session, rank) => (rank === 99 ? { ...session, hp: session.hp + 1 } : session)),
  })),
  variant('hangs', (arm, _inner, { workload }) => ({
    ...arm,
    tick: (t, inbound) => (workload === 'W2' && t === 7 ? new Promise(() => setInterval(() => {}, 1000)) : arm.tick(t, inbound)),
  })),
  variant('spins', (arm) => ({
    ...arm,
    tick(t, inbound) {
      while (t === 7);
      arm.tick(t, inbound);
    },
  })),
  variant('throws-as-it-opens', () => {
    throw new Error('no room');
  }),
  variant('throws-in-a-tick', (arm) => ({
    ...arm,
    tick(t, inbound) {
      if (t === 7) throw new Error('no luck');
      arm.tick(t, inbound);
    },
  })),
  variant('exits', (arm) => ({ ...arm, tick: (t, inbound) => (t === 7 ? process.exit(3) : arm.tick(t, inbound)) })),
  variant('fails-behind-our-backs', (arm) => ({
    ...arm,
    tick(t, inbound) {
      if (t === 7) setImmediate(() => thrower());
      arm.tick(t, inbound);
    },
    sessions: () => new Promise(() => {}),
  })),
  variant('does-not-close', (arm) => ({ ...arm, close: () => new Promise(() => setInterval(() => {}, 1000)) })),
];

function thrower() {
  throw new RangeError('too late');
}
