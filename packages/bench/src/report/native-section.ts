import type { ComparedWorkload } from '../compare/contender.js';
import { LIMITED, type NativeFinding, type NativeLimit, type NativeRatio, nativeFindingsOf } from './native-limits.js';
import { whole } from './numbers.js';
import { type Block, heading, list, paragraph, table } from './page.js';
import type { Runs } from './runs.js';

/** Why a limit is missed, written by hand after it was looked into. */
const EXPLANATIONS: Readonly<Partial<Record<ComparedWorkload, string>>> = {
  W1: 'A tick of some 50 µs on one thread. From 20 µs on Dormouse’s calling thread shares it with a worker that is still awake from the tick before; where none is, it runs alone what is done within 100 µs, because by then a thread that has to be woken has only just come. On one thread each the two are closer: `native-arena-list-serial` in the tables.',
  W4: 'Arithmetic alone, 200 steps a session, compiled by V8 here and by a C++ compiler there. It is missed by as much on one thread (`dormouse-inline` against `native-arena-list-serial`): what is missing is in the loop, and not in how it is shared out.',
  W2: 'Each packet crosses two rings, in and out, on the host’s thread: its handle is checked, its bytes are copied by JavaScript, and between two calls of `onPacket` a session’s ring is made whole, for a handler may do anything to anybody; what packets change in the table is done by WebAssembly. With rings that cost nothing the tick would take 266 µs where this was measured: 0.9 and 1.6 of the native program’s. [Decision 0026](../../../../docs/decisions/0026-packets-by-runs.md) and [decision 0031](../../../../docs/decisions/0031-tables-are-passed-over-by-kernels-for-packets.md) have what was won and that bound, [decision 0030](../../../../docs/decisions/0030-packets-are-not-handed-out-as-one-batch.md) and [decision 0033](../../../../docs/decisions/0033-batches-take-and-send-packets-row-by-row.md) what was tried in vain.',
};

/** How a tick stands to the native program's, against limits that were set before it was measured. */
export function nativeSection({ all }: Runs): Block[] {
  const [findings = [], ...again] = all.map(nativeFindingsOf).filter((each) => each.length > 0);
  if (findings.length === 0) return [];
  const missed = findings.filter(({ verdict }) => verdict.endsWith('missed'));
  const explained = [...new Set(missed.map(({ limit: { workload } }) => workload))];
  return [
    heading('Against the native program'),
    paragraph(
      `The whole tick of ${whole(LIMITED.sessions)} sessions, ${LIMITED.arith}, on two participants, as a share of what the C++ program takes in the same run: each round over the round of the same number, their median and its interval. The limits were set before: ${findings.length - missed.length} of ${findings.length} are kept. The verdict is about the fastest Dormouse arm whose caller joins; “perhaps” where the limit lies within the interval.`,
    ),
    table(
      [
        'workload',
        'against',
        'verdict',
        '>at most',
        '>share',
        'caller joins',
        '>share',
        'caller idle',
        ...(again.length === 0 ? [] : ['>again']),
      ],
      findings.map((finding) => [...cellsOf(finding), ...(again.length === 0 ? [] : [againOf(finding, again)])]),
    ),
    ...(explained.length === 0
      ? []
      : [list(explained.map((workload) => `**${workload}** is missed: ${EXPLANATIONS[workload] ?? 'not explained'}`))]),
  ];
}

function cellsOf({ limit: { workload, native, limit, forms }, joins, idle, verdict }: NativeFinding): string[] {
  return [
    forms.length === 1 ? `${workload}, ${forms[0]} form` : workload,
    native,
    verdict.endsWith('missed') ? `**${verdict}**` : verdict,
    share(limit),
    shareOf(joins),
    joins.arm,
    idle === undefined ? '–' : shareOf(idle),
    idle?.arm ?? '–',
  ];
}

const share = (value: number): string => value.toFixed(2);

const shareOf = ({ ratio: { median, low, high } }: NativeRatio): string => `${share(median)} [${share(low)}…${share(high)}]`;

/** The same limit in the other runs. */
function againOf({ limit }: NativeFinding, again: readonly (readonly NativeFinding[])[]): string {
  const found = again.map((findings) => findings.find((other) => isSame(other.limit, limit)));
  return found.map((finding) => (finding === undefined ? '–' : shareOf(finding.joins))).join(', ');
}

const isSame = (one: NativeLimit, other: NativeLimit): boolean => one.workload === other.workload && one.native === other.native;
