import type { PoolLibrary } from '../../by-hand/pool.js';
import type { Contender } from '../contender.js';

/** A pool library that is used without Dormouse: its file says how, the forms are the same for all. */
export interface HandLibrary {
  /** The package. */
  readonly name: string;
  readonly remark?: string;
  /** How it is configured, and why. Whole sentences. */
  readonly configuration: string;
  /** How a thread is told from another, which the form `sharded` needs. */
  readonly affinity: string;
  /** What changes its number of threads: its pool is closed and opened anew, where nothing is said. */
  readonly resizing?: string;
  readonly pools: PoolLibrary;
}

type FormName = 'cloned' | 'shared' | 'shared-claimed' | 'shared-claimed-joins' | 'sharded';

interface HandForm {
  readonly title: string;
  readonly remark?: string;
  /** The calling thread runs sessions too. */
  readonly joins?: true;
  readonly justification: (library: HandLibrary) => string;
  readonly open: (pools: PoolLibrary) => Contender['open'];
}

const REOPENED = 'To change its size, the pool is closed and opened anew.';
const ONE_PACKET = 'A session has room for one packet in each direction, not a ring: half the memory to touch.';

const FORMS: Readonly<Record<FormName, HandForm>> = {
  cloned: {
    title: 'a task a batch of 64, cloned objects',
    justification: ({ resizing = REOPENED }) =>
      `Objects of the host, with the fields that the workload needs and no more; the queue of the pool balances. Sleepers are not sent. ${resizing}`,
    open: (pools) => async (setup, sink) => (await import('../../by-hand/cloned-arm.js')).openCloned(pools, setup, sink),
  },
  shared: {
    title: 'a task a worker, shared memory, fixed shares',
    justification: ({ resizing = REOPENED }) =>
      "The floor's loops over columns. Shares are contiguous and have as many steps each, where steps are known beforehand; of W7 they are of equal number. " +
      `${ONE_PACKET} ${resizing}`,
    open: (pools) => async (setup, sink) => (await import('../../by-hand/shared-arm.js')).openShared(pools, 'shares', setup, sink),
  },
  'shared-claimed': {
    title: 'a task a worker, shared memory, batches of 64 claimed',
    justification: ({ resizing = REOPENED }) =>
      "The floor's loops over columns, 64 sessions at a time, claimed from a shared counter until none are left: no share has to be guessed. " +
      `${ONE_PACKET} ${resizing}`,
    open: (pools) => async (setup, sink) => (await import('../../by-hand/shared-arm.js')).openShared(pools, 'claims', setup, sink),
  },
  'shared-claimed-joins': {
    title: 'a task a worker, shared memory, batches of 64 claimed, caller joins',
    joins: true,
    justification: ({ resizing = REOPENED }) =>
      'As the form without `joins`; the calling thread, when it has given each worker its task, claims batches by the same loop, and then waits for the answers of all. ' +
      `${ONE_PACKET} ${resizing}`,
    open: (pools) => async (setup, sink) => (await import('../../by-hand/shared-arm.js')).openShared(pools, 'joined-claims', setup, sink),
  },
  sharded: {
    title: 'a message a worker, sessions at home there',
    remark: 'sessions are lost with their thread',
    justification: ({ affinity }) =>
      'Objects live in fixed threads that have as many steps each, where steps are known beforehand, else by rank modulo the number of threads. ' +
      `Packets go and come in one piece of shared memory for each thread. ${affinity}`,
    open: (pools) => async (setup, sink) => (await import('../../by-hand/sharded-arm.js')).openSharded(pools, setup, sink),
  },
};

/** The forms that a competent user would write, on a library. */
export function handContenders(
  library: HandLibrary,
  forms: readonly FormName[] = ['cloned', 'shared', 'shared-claimed', 'shared-claimed-joins', 'sharded'],
): readonly Contender[] {
  return forms.map((form) => handContender(library, form));
}

/** One of them; `variant` is added to the names where a library has the form twice. */
export function handContender(
  library: HandLibrary,
  form: FormName,
  variant?: { readonly name: string; readonly title: string },
): Contender {
  const { title, joins = false, justification, open, ...ofForm } = FORMS[form];
  const { name, configuration, pools, ...ofLibrary } = library;
  const remarks = [ofLibrary.remark, ofForm.remark].filter((remark) => remark !== undefined);
  return {
    name: variant === undefined ? `${name}-${form}` : `${name}-${form}-${variant.name}`,
    title: variant === undefined ? `${name}, ${title}` : `${name}, ${title}, ${variant.title}`,
    kind: 'by-hand',
    library: name,
    form,
    workerShares: joins ? ['cores-1'] : ['cores', 'cores-1'],
    callerTakesPart: joins,
    justification: `${justification(library)} ${configuration}`,
    ...(remarks.length > 0 && { remark: remarks.join('; ') }),
    reasonAgainst(workload) {
      return workload === 'W5' && form.startsWith('shared') ? 'maps, lists and strings have no place in shared memory' : undefined;
    },
    open: open(pools),
  };
}
