/** The resident scheduler on bare threads, or what becomes of it with one of these flaws, each put in from outside, by what it is given and gives. */
import { residentScheduler } from '@dormouse/core';
import { referenceScheduler } from '@dormouse/core/conformance';
import { launcher } from './launcher.mjs';

const FLAWS = {
  /** Leaves out the last batch of a round now and then. */
  skips: () => around({ run: (inner, count, epoch) => inner.parallelFor(epoch % 5 === 3 ? count - 1 : count, epoch) }),
  /** Runs a round's first batch again. */
  twice: () =>
    around({
      async run(inner, count, epoch) {
        await inner.parallelFor(count, epoch);
        if (epoch % 5 === 3) await inner.parallelFor(1, epoch);
      },
    }),
  /** Says that a round is done when it has begun. */
  early: () => around({ run: async (inner, count, epoch) => void inner.parallelFor(count, epoch) }),
  /** Runs sessions on the calling thread, and says that it does not. */
  onCaller: () => around({ run: (_, count) => around.host.caller.runBatches(0, count) }),
  /** From some round on threads are not told of rounds. (Once is not enough: the watchdog wakes them again.) */
  losesWakeUp() {
    let orders = 0;
    const thread = (inner) => ({
      run: (order, ports) => (order.kind === 'round' && ++orders > 200 ? Promise.resolve() : inner.run(order, ports)),
      discard: () => inner.discard(),
    });
    return residentScheduler({ name: 'bare', launch: (options) => thread(launcher.launch(options)) }, { dispatch: 'task' });
  },
  /** Never hears that a thread is gone. */
  forgetsDead: () => around({ seat: () => ({ gone: { value: new Promise(() => {}) }, isGone: { value: false } }) }),
  /** Does not say that a thread is gone before its batch is given to another, who begins it again. */
  fromBeginning: () => around({ seat: () => ({ retire: { value() {} } }) }),
  /** Does not say why a thread has ended. */
  keepsReasons: () => around({ seat: (inner) => ({ retire: { value: () => inner.retire('its thread ended, and why is not known') } }) }),
  /** Lets its threads live on when it is stopped. */
  leaksThreads: () => residentScheduler({ name: 'bare', launch: (options) => ({ run: bound(launcher.launch(options)), discard() {} }) }),
  /** Leaves a timer behind for each start. */
  leaksTimers: () => around({ stop: () => setInterval(() => {}, 1_000_000) }),
  leaksListeners: () => around({ stop: () => process.on('SIGUSR2', () => {}) }),
  /** Keeps memory for each start. (Without threads, whose starts take longer.) */
  leaksMemory: () => ({ ...referenceScheduler(), stop: () => void kept.push(Buffer.alloc(2 ** 20, 1)) }),
};

const kept = [];
const bound = (thread) => (order, ports) => thread.run(order, ports);

export default function flawedScheduler({ flaw } = {}) {
  return flaw === undefined ? residentScheduler(launcher) : FLAWS[flaw]();
}

/** The resident scheduler with something in its place. */
function around({ run = (inner, count, epoch) => inner.parallelFor(count, epoch), seat, stop = () => {} }) {
  const inner = residentScheduler(launcher);
  const { contractVersion, name, supports } = inner;
  return {
    contractVersion,
    name,
    supports,
    start(host) {
      around.host = host;
      if (seat === undefined) return inner.start(host);
      return inner.start({ ...host, openSeat: () => altered(host.openSeat(), seat) });
    },
    parallelFor: (count, epoch) => run(inner, count, epoch),
    resize: (count) => inner.resize(count),
    rouse: () => inner.rouse(),
    async stop() {
      await inner.stop();
      stop();
    },
    stats: () => inner.stats(),
  };
}

/** A seat with some members of its own; the others are the seat's, who alone can reach its private ones. */
function altered(seat, changes) {
  const members = ['participant', 'port', 'ready', 'isReady', 'gone', 'isGone', 'batches', 'progress'];
  const passed = Object.fromEntries(members.map((member) => [member, { get: () => seat[member], configurable: true }]));
  const retire = { value: (reason, cause) => seat.retire(reason, cause), configurable: true };
  return Object.defineProperties({}, { ...passed, retire, ...changes(seat) });
}
