import type { Caller } from '../../harness/scheduler-choice.js';
import { type Arith, type Form, reasonAgainst, type Workload } from '../../workloads.js';
import type { Contender } from '../contender.js';

/** A form of behaviours, or the columns that stand in for the objects of W5: its batch form, which does less than W5 asks. */
type ArmForm = Form | 'columns';

const FORM_NOTES: Record<ArmForm, string> = {
  session: 'Behaviours with an update a session, as the documentation shows them first',
  batch: 'Behaviours with an update a batch, over columns',
  kernel: 'Behaviours in WebAssembly SIMD, four sessions at a time, which compute in f32 alone',
  columns:
    'Less than W5 asks: columns of fixed length in place of a map and a list, over which an update a batch goes; a note of the journal is made when somebody reads it, not when it is written',
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

function inline(form: ArmForm): Contender {
  return contenderOf(INLINE, undefined, form);
}

function contenderOf(backend: Backend, caller: Caller | undefined, form: ArmForm = 'session'): Contender {
  const { scheduler, name, title, kind, library, remark } = backend;
  return {
    name: [name, caller, form === 'session' ? undefined : form].filter(Boolean).join('-'),
    title: [title, caller && `caller ${caller}`, titleOf(form)].filter(Boolean).join(', '),
    kind,
    library,
    form,
    workerShares: [caller === undefined ? 'none' : caller === 'idle' ? 'cores' : 'cores-1'],
    callerTakesPart: caller === 'joins',
    justification: `${FORM_NOTES[form]}; ${caller === undefined ? 'all on the calling thread' : CALLER_NOTES[caller]}. All else is the default.`,
    ...(remark !== undefined && { remark }),
    reasonAgainst: (workload, arith) => reasonAgainstArm(workload, arith, form),
    async open(setup, sink) {
      const { openManagerArm } = await import('./dormouse/manager-arm.js');
      return openManagerArm({ scheduler, caller: caller ?? 'idle', form: form === 'columns' ? 'batch' : form }, setup, sink);
    },
  };
}

function titleOf(form: ArmForm): string | undefined {
  if (form === 'session') return undefined;
  return form === 'columns' ? 'columns, strings made when they are read' : form;
}

function reasonAgainstArm(workload: Workload, arith: Arith, form: ArmForm): string | undefined {
  if (form === 'columns') return workload === 'W5' ? undefined : 'columns in place of objects are for W5 alone';
  if (form === 'batch' && workload === 'W5') return 'the batch form makes fewer strings than W5 asks: it takes part as form columns';
  return reasonAgainst(workload, arith, form);
}

/** Dormouse on each scheduler that comes with it, in its forms. */
export const DORMOUSE: readonly Contender[] = [
  inline('session'),
  inline('batch'),
  inline('kernel'),
  inline('columns'),
  ...[TINYPOOL, POOLIFIER, THREADS].flatMap((backend) => [contenderOf(backend, 'idle'), contenderOf(backend, 'joins')]),
  contenderOf(TINYPOOL, 'joins', 'batch'),
  contenderOf(TINYPOOL, 'joins', 'kernel'),
  contenderOf(TINYPOOL, 'joins', 'columns'),
];

export const RAW_RESIDENT: readonly Contender[] = [contenderOf(RAW, 'idle'), contenderOf(RAW, 'joins')];
