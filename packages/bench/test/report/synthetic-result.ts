import { COMPARED_WORKLOADS, type ComparedWorkload, type ContenderKind } from '../../src/compare/contender.js';
import type { ArmDescription, CompareResult, CompareRow, CompareTable, LifecycleRow } from '../../src/compare/result.js';
import { CONFIDENCE, orderInterval } from '../../src/compare/statistics.js';
import type { TargetRow } from '../../src/targets/target.js';

interface Sort {
  readonly contender: string;
  readonly kind: ContenderKind;
  readonly library: string | null;
  readonly form: string;
  readonly workers: readonly number[];
  readonly callerJoins: boolean;
}

const DORMOUSE: readonly Sort[] = ['inline', 'tinypool', 'poolifier', 'threads'].flatMap((backend): Sort[] => {
  const shared = { kind: 'dormouse', library: backend === 'inline' ? null : backend } as const;
  if (backend === 'inline') {
    return [
      { ...shared, contender: 'dormouse-inline', form: 'session', workers: [0], callerJoins: true },
      { ...shared, contender: 'dormouse-inline-batch', form: 'batch', workers: [0], callerJoins: true },
      { ...shared, contender: 'dormouse-inline-columns', form: 'columns', workers: [0], callerJoins: true },
    ];
  }
  return [
    { ...shared, contender: `dormouse-${backend}-idle`, form: 'session', workers: [2], callerJoins: false },
    { ...shared, contender: `dormouse-${backend}-joins`, form: 'session', workers: [1], callerJoins: true },
    { ...shared, contender: `dormouse-${backend}-joins-batch`, form: 'batch', workers: [1], callerJoins: true },
  ];
});

const BY_HAND: readonly Sort[] = ['tinypool', 'piscina', 'poolifier', 'workerpool', 'threads'].flatMap((library) =>
  ['cloned', 'shared', 'shared-claimed', 'sharded'].map(
    (form): Sort => ({ contender: `${library}-${form}`, kind: 'by-hand', library, form, workers: [1, 2], callerJoins: false }),
  ),
);

const OTHERS: readonly Sort[] = [
  { contender: 'plain-objects', kind: 'control', library: null, form: 'objects', workers: [0], callerJoins: true },
  { contender: 'bitecs', kind: 'control', library: 'bitecs', form: 'columns', workers: [0], callerJoins: true },
  { contender: 'floor', kind: 'control', library: null, form: 'columns', workers: [0], callerJoins: true },
  { contender: 'raw-claimed', kind: 'control', library: null, form: 'shared-claimed', workers: [1], callerJoins: true },
  { contender: 'native-heap-map', kind: 'native', library: null, form: 'heap, map', workers: [1], callerJoins: true },
  { contender: 'native-arena-list', kind: 'native', library: null, form: 'arena, list', workers: [1], callerJoins: true },
];

const ARMS: readonly ArmDescription[] = [...DORMOUSE, ...BY_HAND, ...OTHERS].flatMap(
  ({ contender, kind, library, form, workers, callerJoins }) =>
    workers.map((count) => ({
      name: `${contender}@${count}`,
      contender,
      title: `${contender.replaceAll('-', ' ')}, as a user would write it`,
      kind,
      library,
      form,
      workers: count,
      participants: callerJoins ? count + 1 : count,
      justification:
        'One task a worker: with more, the queue takes longer than the work. A share of the sessions each, because they cost alike.',
      remark: library === 'threads' ? 'unmaintained since 2024, kept for comparison' : null,
    })),
);

const US_OF_WORKLOAD: Readonly<Record<ComparedWorkload, number>> = {
  W0: 8,
  W1: 50,
  W2: 700,
  W3: 220,
  W4: 9700,
  W5: 9000,
  W6: 180,
  W7: 400,
  W8: 90,
};

/** Numbers in [0, 1), the same for the same seed. */
function numbersFrom(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** What the arms' names are worth in these figures: a hash of them, so that two results agree but for their noise. */
function slownessOf({ contender, participants, kind }: ArmDescription, workload: ComparedWorkload): number {
  const random = numbersFrom([...`${contender}${workload}`].reduce((sum, letter) => Math.imul(sum, 31) + letter.charCodeAt(0), 7));
  const penalty = contender.endsWith('cloned') ? 60 : kind === 'by-hand' ? 3 : kind === 'native' ? 0.8 : 1;
  return (penalty * (0.7 + random())) / Math.min(participants, 2);
}

function rowOf(
  arm: ArmDescription,
  { workload, sessions }: { workload: ComparedWorkload; sessions: number },
  random: () => number,
): CompareRow {
  const us = (US_OF_WORKLOAD[workload] * slownessOf(arm, workload) * (sessions + 30)) / 5000;
  const roundsUs = Array.from({ length: 9 }, () => us * (0.97 + 0.06 * random()));
  const sorted = [...roundsUs].sort((one, other) => one - other);
  return {
    arm: arm.name,
    rank: 0,
    tickUs: { median: sorted[4], low: sorted[1], high: sorted[7] },
    p99Us: us * 1.6,
    maxUs: us * 9,
    roundsUs,
    cpuUsPerTick: us * arm.participants * 0.9,
    rssBytes: 60e6 + 16e6 * arm.workers,
    ticks: 600,
    updates: 600 * sessions,
    packetsOut: 0,
    checksum: '0eeb48d2',
    egressSum: '00000000',
  };
}

function tableOf(
  part: CompareTable['part'],
  workload: ComparedWorkload,
  sessions: number,
  arms: readonly ArmDescription[],
  random: () => number,
): CompareTable {
  const rows = arms.map((arm) => rowOf(arm, { workload, sessions }, random));
  const ranked = rows.map((row) => ({ ...row, rank: 1 + rows.filter(({ tickUs }) => tickUs.high < row.tickUs.low).length }));
  return { part, workload, arith: 'f64', sessions, rows: ranked };
}

function lifeOf({ name, kind, workers }: ArmDescription): LifecycleRow {
  const threaded = workers > 0;
  return {
    arm: name,
    sessions: 1000,
    startMs: 40 + 60 * workers,
    stopMs: 12,
    resizeMs: threaded ? 55 : null,
    recoveryMs: threaded && kind === 'dormouse' ? 61 : null,
    recovery: !threaded ? null : kind === 'dormouse' ? { kind: 'quarantined', sessions: 1 } : { kind: 'lost', sessions: 500 },
    death: !threaded ? null : kind === 'dormouse' ? 'in an update' : 'in a task',
    idleCpuPercent: 0.2,
    bytesPerWorker: threaded ? 16e6 : null,
  };
}

/** Rows as `targets --json` prints them: one that is met, one that is not, one that is only told of. */
export function syntheticTargets(): TargetRow[] {
  const row: TargetRow = {
    id: 'R-20',
    what: 'created',
    scheduler: 'tinypool',
    caller: 'joins',
    sessions: 1000,
    bound: '<',
    limit: 5,
    value: 0.012,
    unit: 's',
    pass: true,
    binding: true,
    also: [],
    margin: 0.9976,
    source: 'section 5',
    text: 'Create 1000 sessions in under 5 s.',
    reading: 'from the first call to the last handle, in one process',
    partial: false,
  };
  return [
    row,
    { ...row, what: 'updated', limit: 100, value: 101, unit: 'ms', pass: false },
    { ...row, scheduler: 'inline', caller: null, binding: false },
  ];
}

/** A result as `compare` writes it: fifty arms, nine workloads, curves and lives. The figures are made up, and the same for the same seed. */
export function syntheticResult(seed = 1, changes: Partial<CompareResult> = {}): CompareResult {
  const random = numbersFrom(seed);
  const few = ARMS.filter(({ form, workers }) => form !== 'shared' || workers === 2);
  return {
    format: 'dormouse-compare/1',
    startedAt: '2026-11-30T09:00:00.000Z',
    finishedAt: '2026-11-30T09:24:10.000Z',
    partial: false,
    smoke: false,
    command: ['compare', '--sessions', '5000', '--native', 'botref'],
    commit: '7275e99',
    machine: { cpu: 'AMD EPYC', cores: 2, memoryBytes: 8_222_760_960, os: 'Linux 6.1', arch: 'x64' },
    versions: {
      node: '20.20.2',
      v8: '11.3.244.8',
      packages: { tinypool: '2.2.0', piscina: '5.3.2' },
      native: 'botref, g++ 14.2.0, oneTBB 2022.0',
    },
    settings: { rounds: 9, launches: 3, roundMs: 150, warmUpMs: 600, diffMs: 100, confidence: orderInterval(9, CONFIDENCE).confidence },
    arms: ARMS,
    tables: [
      ...COMPARED_WORKLOADS.map((workload) => tableOf('main', workload, 5000, ARMS, random)),
      ...[50, 500, 5000, 50_000].map((sessions) => tableOf('sessions', 'W1', sessions, few, random)),
      ...[1, 2].map((threads) =>
        tableOf(
          'workers',
          'W4',
          5000,
          ARMS.filter(({ participants }) => participants === threads),
          random,
        ),
      ),
    ],
    lifecycle: ARMS.filter(({ kind }) => kind !== 'native').map(lifeOf),
    refused: [{ arm: 'workerpool-cloned@1', workload: 'W8', reason: 'checksum 0badc0de in 600 ticks: must be 0eeb48d2' }],
    skipped: [{ arm: 'tinypool-shared@1', workload: 'W5', reason: 'columns cannot hold a map, a list and strings' }],
    ...changes,
  };
}
