import type { Caller } from '../../harness/scheduler-choice.js';
import { type Form, reasonAgainst } from '../../workloads.js';
import type { Contender } from '../contender.js';

const FORM_NOTES: Record<Form, string> = {
  session: 'Behaviours with an update a session, as the documentation shows them first',
  batch: 'Behaviours with an update a batch, over columns',
  kernel: 'Behaviours in WebAssembly SIMD, four sessions at a time, which compute in f32 alone',
};

const CALLER_NOTES: Record<Caller, string> = {
  idle: 'as many workers as cores, since the calling thread runs no sessions',
  joins: 'a worker less than there are cores, since the calling thread runs sessions too (callerParticipates)',
};

/** A scheduler, and what is said of it. */
interface Backend {
  readonly scheduler: string;
  readonly name: string;
  readonly title: string;
  readonly kind: Contender['kind'];
  readonly library: string | null;
  readonly remark?: string;
}

const INLINE: Backend = { scheduler: 'inline', name: 'dormouse-inline', title: 'Dormouse inline', kind: 'dormouse', library: null };
const TINYPOOL = onLibrary('tinypool');
const POOLIFIER = onLibrary('poolifier');
const THREADS: Backend = { ...onLibrary('threads'), remark: 'unmaintained since 2024, kept for comparison' };

/** What is left of the others when the library is taken away: how much is the protocol, how much the library. */
const RAW: Backend = {
  scheduler: 'raw',
  name: 'raw-resident',
  title: 'Dormouse’s protocol on bare worker threads',
  kind: 'control',
  library: null,
};

function onLibrary(library: string): Backend {
  return { scheduler: library, name: `dormouse-${library}`, title: `Dormouse on ${library}`, kind: 'dormouse', library };
}

function inline(form: Form): Contender {
  return contenderOf(INLINE, undefined, form);
}

function contenderOf(backend: Backend, caller: Caller | undefined, form: Form = 'session'): Contender {
  const { scheduler, name, title, kind, library, remark } = backend;
  return {
    name: [name, caller, form === 'session' ? undefined : form].filter(Boolean).join('-'),
    title: [title, caller && `caller ${caller}`, form === 'session' ? undefined : form].filter(Boolean).join(', '),
    kind,
    library,
    form,
    workerShares: [caller === undefined ? 'none' : caller === 'idle' ? 'cores' : 'cores-1'],
    callerTakesPart: caller === 'joins',
    justification: `${FORM_NOTES[form]}; ${caller === undefined ? 'all on the calling thread' : CALLER_NOTES[caller]}. All else is the default.`,
    ...(remark !== undefined && { remark }),
    reasonAgainst: (workload, arith) => reasonAgainst(workload, arith, form),
    async open(setup, sink) {
      const { openManagerArm } = await import('./dormouse/manager-arm.js');
      return openManagerArm({ scheduler, caller: caller ?? 'idle', form }, setup, sink);
    },
  };
}

/** Dormouse on each scheduler that comes with it, in its forms. */
export const DORMOUSE: readonly Contender[] = [
  inline('session'),
  inline('batch'),
  inline('kernel'),
  ...[TINYPOOL, POOLIFIER, THREADS].flatMap((backend) => [contenderOf(backend, 'idle'), contenderOf(backend, 'joins')]),
  contenderOf(TINYPOOL, 'joins', 'batch'),
  contenderOf(TINYPOOL, 'joins', 'kernel'),
];

export const RAW_RESIDENT: readonly Contender[] = [contenderOf(RAW, 'idle'), contenderOf(RAW, 'joins')];
