import { COMPARED_WORKLOADS, THREAD_DEATHS } from '../compare/contender.js';
import {
  type ArmDescription,
  type CompareResult,
  type CompareRow,
  type CompareSettings,
  type CompareTable,
  type Interval,
  type LifecycleRow,
  type Machine,
  RESULT_FORMAT,
  type RecoveryOutcome,
  type Refusal,
  type Versions,
} from '../compare/result.js';
import { ARITHS } from '../workloads.js';
import { contradictionsIn } from './contradictions.js';
import { amount, type Check, count, flag, listOf, matching, number, objectOf, oneOf, orNull, recordOf, text } from './shape.js';

const hexadecimal = matching(/^[0-9a-f]{8}$/, '8 hexadecimal digits');
const instant = matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/, 'a time in ISO 8601, UTC');
const workload = oneOf(...COMPARED_WORKLOADS);

const interval: Check = (value, place) => {
  const complaint = objectOf<Interval>({ median: amount, low: amount, high: amount })(value, place);
  if (complaint !== undefined) return complaint;
  const { median, low, high } = value as Interval;
  return low <= median && median <= high ? undefined : `${place} must have its median between its ends: got ${low}, ${median}, ${high}`;
};

const row = objectOf<CompareRow>({
  arm: text,
  rank: count,
  tickUs: interval,
  p99Us: amount,
  maxUs: amount,
  roundsUs: listOf(amount),
  cpuUsPerTick: amount,
  rssBytes: orNull(amount),
  ticks: count,
  updates: count,
  packetsOut: count,
  checksum: hexadecimal,
  egressSum: hexadecimal,
});

const table = objectOf<CompareTable>({
  part: oneOf('main', 'sessions', 'workers'),
  workload,
  arith: oneOf(...ARITHS),
  sessions: count,
  rows: listOf(row),
});

const arm = objectOf<ArmDescription>({
  name: matching(/^[a-z0-9-]+(@\d+)?$/, 'a name in kebab-case, @ and a number of threads'),
  contender: text,
  title: text,
  kind: oneOf('dormouse', 'by-hand', 'control', 'native'),
  library: orNull(text),
  form: text,
  workers: count,
  participants: count,
  justification: text,
  remark: orNull(text),
});

const lifecycle = objectOf<LifecycleRow>({
  arm: text,
  sessions: count,
  startMs: amount,
  stopMs: amount,
  resizeMs: orNull(amount),
  recoveryMs: orNull(amount),
  recovery: orNull(
    objectOf<RecoveryOutcome>({ kind: oneOf('whole', 'quarantined', 'lost', 'hung', 'failed', 'unended'), sessions: count }),
  ),
  death: orNull(oneOf(...THREAD_DEATHS)),
  idleCpuPercent: amount,
  bytesPerWorker: orNull(number),
});

const refusal = objectOf<Refusal>({ arm: text, workload: orNull(workload), reason: text });

const result = objectOf<CompareResult>({
  format: oneOf(RESULT_FORMAT),
  startedAt: instant,
  finishedAt: instant,
  partial: flag,
  smoke: flag,
  command: listOf(text),
  commit: orNull(text),
  machine: objectOf<Machine>({ cpu: text, cores: count, memoryBytes: count, os: text, arch: text }),
  versions: objectOf<Versions>({ node: text, v8: text, packages: recordOf(text), native: orNull(text) }),
  settings: objectOf<CompareSettings>({
    rounds: count,
    launches: count,
    roundMs: amount,
    warmUpMs: amount,
    diffMs: amount,
    confidence: amount,
  }),
  arms: listOf(arm),
  tables: listOf(table),
  lifecycle: listOf(lifecycle),
  refused: listOf(refusal),
  skipped: listOf(refusal),
});

/** What is wrong with a parsed file of `compare`, as sentences; empty where nothing is, and then it is a `CompareResult`. */
export function faultsOf(value: unknown): string[] {
  const complaint = result(value, 'result');
  return complaint === undefined ? contradictionsIn(value as CompareResult) : [complaint];
}
