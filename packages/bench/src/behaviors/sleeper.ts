import { defineBehavior, f32, type Session, u8, u16, u32 } from '@dormouse/core/behavior';

/** Bytes of a session's state and what they are, in the module's own URL: each is a behaviour of its own, on every thread. */
const { searchParams } = new URL(import.meta.url);
const stateBytes = Number(searchParams.get('bytes') ?? 280);
const kind = searchParams.get('state') ?? 'typical';

/** What the state of a bot is made of: positions and times, ids, small counts, flags. */
const floats = Math.floor((stateBytes * 0.4) / 4);
const ids = Math.floor((stateBytes * 0.2) / 4);
const counts = Math.floor((stateBytes * 0.3) / 2);
const flags = stateBytes - 4 * floats - 4 * ids - 2 * counts;

const fields = {
  floats: f32({ length: Math.max(floats, 1) }),
  ids: u32({ length: Math.max(ids, 1) }),
  counts: u16({ length: Math.max(counts, 1) }),
  flags: u8({ length: Math.max(flags, 1) }),
};

const ANSWER = new Uint8Array(4000);

/** Values that many have: a speed, a share, full health, none. */
const COMMON = [7, 0.5, 100, 0];

type State = Session<typeof fields>['state'];
/** A whole number below this one. */
type Next = (below: number) => number;

/**
 * As bots' are: a quarter of the floats are its own, as positions and times are, the others what many have; half of the ids are 0, two of three counts
 * small. Nothing is 0 at its end, where records leave it out.
 */
function fillTypical(state: State, next: Next): void {
  for (let i = 0; i < state.floats.length; i++) state.floats.set(i, i % 4 === 0 ? 1 + next(1_000_000) / 1000 : COMMON[next(4)]);
  for (let i = 0; i < state.ids.length; i++) state.ids.set(i, next(2) === 0 ? 0 : 1000 + next(500));
  for (let i = 0; i < state.counts.length; i++) state.counts.set(i, i % 3 === 0 ? 1 + next(100) : next(3));
  for (let i = 0; i < state.flags.length; i++) state.flags.set(i, 1 + next(2));
}

/** Noise: one byte of 256 is 0, by chance. */
function fillRandom(state: State, next: Next): void {
  for (let i = 0; i < state.floats.length; i++) state.floats.set(i, next(0xffff_ffff) / 1e6 - 2000);
  for (let i = 0; i < state.ids.length; i++) state.ids.set(i, next(0xffff_ffff));
  for (let i = 0; i < state.counts.length; i++) state.counts.set(i, next(65_536));
  for (let i = 0; i < state.flags.length; i++) state.flags.set(i, 1 + next(255));
}

/** Fills its state, and sends a packet for each that it is sent. */
export const session = defineBehavior(import.meta.url, {
  name: `sleeper-${stateBytes}-${kind}`,
  state: fields,
  create({ state, accountId }: Session<typeof fields>) {
    let word = Math.imul(accountId, 0x9e37_79b1) | 1;
    const next = (below: number): number => {
      word ^= word << 13;
      word ^= word >>> 17;
      word ^= word << 5;
      return (word >>> 0) % below;
    };
    if (kind === 'random') fillRandom(state, next);
    else fillTypical(state, next);
  },
  update(session) {
    while (session.receive() !== null) session.send(1, ANSWER);
  },
});
