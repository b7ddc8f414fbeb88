import type { ComparedWorkload } from '../compare/contender.js';
import type { CompareResult, Interval } from '../compare/result.js';
import { intervalOf } from '../compare/statistics.js';
import { type MeasuredArm, measuredArms } from './runs.js';

/** What Dormouse has set itself: a whole tick of 5000 sessions, f64, two participants, as a share of the native program's. */
export interface NativeLimit {
  readonly workload: ComparedWorkload;
  /** Of Dormouse's arms. */
  readonly forms: readonly string[];
  readonly native: string;
  readonly limit: number;
}

export const LIMITED = { sessions: 5000, arith: 'f64', participants: 2 } as const;

const ANY_FORM = ['session', 'batch'];

export const NATIVE_LIMITS: readonly NativeLimit[] = [
  { workload: 'W0', forms: ANY_FORM, native: 'native-heap-map', limit: 0.3 },
  { workload: 'W1', forms: ['batch'], native: 'native-heap-map', limit: 0.6 },
  { workload: 'W2', forms: ANY_FORM, native: 'native-heap-map', limit: 1.0 },
  { workload: 'W4', forms: ANY_FORM, native: 'native-heap-map', limit: 1.0 },
  { workload: 'W1', forms: ['batch'], native: 'native-arena-list', limit: 1.6 },
  { workload: 'W2', forms: ANY_FORM, native: 'native-arena-list', limit: 1.6 },
  { workload: 'W4', forms: ANY_FORM, native: 'native-arena-list', limit: 1.05 },
];

/** An arm's tick over the native program's, of rounds that followed each other. */
export interface NativeRatio {
  readonly arm: string;
  readonly ratio: Interval;
}

export interface NativeFinding {
  readonly limit: NativeLimit;
  /** The fastest Dormouse arm whose caller joins; the verdict is about it. */
  readonly joins: NativeRatio;
  /** The fastest whose caller is idle, beside two workers; undefined where no form has one. */
  readonly idle: NativeRatio | undefined;
  readonly verdict: Verdict;
}

/** `met`, `missed`: by the whole interval. `perhaps met`, `perhaps missed`: by the median, and the limit lies within the interval. */
export type Verdict = 'met' | 'perhaps met' | 'perhaps missed' | 'missed';

/** How a run stands to the limits, those that it has both arms of. */
export function nativeFindingsOf(run: CompareResult): NativeFinding[] {
  const arms = new Map(run.arms.map((arm) => [arm.name, arm]));
  return NATIVE_LIMITS.flatMap((limit): NativeFinding[] => {
    const table = run.tables.find(
      ({ part, workload, arith, sessions }) =>
        part === 'main' && workload === limit.workload && arith === LIMITED.arith && sessions === LIMITED.sessions,
    );
    const pairs = table === undefined ? [] : measuredArms(table, arms).filter(({ arm }) => arm.participants === LIMITED.participants);
    const native = pairs.find(({ arm }) => arm.contender === limit.native);
    const ours = pairs.filter(({ arm }) => arm.kind === 'dormouse' && limit.forms.includes(arm.form));
    const [joins, idle] = [true, false].map((takesPart) => ours.find(({ arm }) => arm.participants > arm.workers === takesPart));
    if (native === undefined || joins === undefined) return [];
    const found = ratioOf(joins, native, run.settings.confidence);
    return [
      {
        limit,
        joins: found,
        idle: idle === undefined ? undefined : ratioOf(idle, native, run.settings.confidence),
        verdict: verdictOf(found.ratio, limit.limit),
      },
    ];
  });
}

function ratioOf({ arm, row }: MeasuredArm, native: MeasuredArm, confidence: number): NativeRatio {
  const ratios = row.roundsUs.map((us, round) => us / native.row.roundsUs[round]);
  return { arm: arm.name, ratio: intervalOf(ratios, confidence) };
}

function verdictOf({ low, median, high }: Interval, limit: number): Verdict {
  if (high <= limit) return 'met';
  if (low > limit) return 'missed';
  return median <= limit ? 'perhaps met' : 'perhaps missed';
}
