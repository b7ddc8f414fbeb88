import { emptyHead, RecordKind, readHead } from '@dormouse/core/records';
import { Command } from 'commander';
import { FileReader } from '../file-reader.js';
import { textOf } from '../store-problem.js';
import { accountOption, fileArgument, jsonOption, printed } from './options.js';
import { decoded, jsonValue, sessionOf, timeOf } from './readable.js';
import { headIn, StoreContents } from './store-contents.js';
import { alignedColumns } from './table.js';

interface Flags {
  readonly account?: number;
  readonly json: boolean;
}

interface Group {
  readonly behavior: string;
  readonly version: number | undefined;
  readonly shape: number;
  asleep: number;
  active: number;
  quarantined: number;
  bytes: number;
  oldest: number;
  newest: number;
}

/** `inspect`: what is in a store, by heads alone, or one session in full. */
export function inspectCommand(): Command {
  return new Command('inspect')
    .description('Tell what is in a store: sessions by behaviour and kind, sizes, clock, shapes. Also while it is open.')
    .addArgument(fileArgument())
    .addOption(accountOption())
    .addOption(jsonOption())
    .exitOverride()
    .action(async (path: string, { account, json }: Flags) => {
      const contents = StoreContents.beside(path);
      try {
        if (contents.openElsewhere !== undefined) process.stderr.write(`note: ${contents.openElsewhere}: what is shown may be moving\n`);
        if (account === undefined) await inspectAll(contents, json);
        else await inspectOne(contents, account);
      } finally {
        contents.close();
      }
    });
}

async function inspectOne(contents: StoreContents, account: number): Promise<void> {
  const records = contents.recordsOf(account);
  if (records.length === 0) {
    process.stderr.write(`error: there is no session of account ${account} in ${contents.path}\n`);
    process.exitCode = 1;
  }
  for (const record of records) {
    let session: object = { account, id: record.id };
    try {
      const head = headIn(record.place);
      session = sessionOf(contents, head, record.bytes.length);
      session = { ...session, record: decoded(contents, record, head) ?? 'its shape is not in the list of shapes' };
    } catch (error) {
      session = { ...session, unreadable: textOf(error) };
      process.exitCode = 1;
    }
    await printed(`${JSON.stringify(session, jsonValue, 2)}\n`);
  }
}

async function inspectAll(contents: StoreContents, json: boolean): Promise<void> {
  const groups = groupsOf(contents);
  const format = noteOf(contents, 'format');
  const clock = noteOf(contents, 'clock');
  const all = groups.reduce((sum, { asleep, active, quarantined }) => sum + asleep + active + quarantined, 0);
  const report = {
    file: contents.path,
    fileBytes: contents.fileBytes,
    freeBytes: contents.freeBytes,
    sessions: all,
    recordBytes: groups.reduce((sum, { bytes }) => sum + bytes, 0),
    oldest: all === 0 ? undefined : timeOf(Math.min(...groups.map(({ oldest }) => oldest))),
    newest: all === 0 ? undefined : timeOf(Math.max(...groups.map(({ newest }) => newest))),
    format,
    clock,
    behaviors: groups.map(({ oldest, newest, ...rest }) => ({ ...rest, oldest: timeOf(oldest), newest: timeOf(newest) })),
    shapes: contents.shapes,
    shapesProblem: contents.shapesProblem,
  };
  await printed(json ? `${JSON.stringify(report)}\n` : `${textOfReport(report)}\n`);
}

/** By shape. */
function groupsOf({ path, shapes }: StoreContents): Group[] {
  const groups = new Map<number, Group>();
  const lengths: number[] = [];
  const reader = new FileReader(path);
  const head = emptyHead();
  const pages = reader.heads(
    (_account, _id, length) => lengths.push(length),
    (count, heads) => {
      const view = new DataView(heads.buffer, heads.byteOffset, heads.byteLength);
      for (let index = 0; index < count; index++) {
        readHead(view, index, head);
        const group = groups.get(head.shape) ?? emptyGroup(shapes[head.shape], head.shape);
        groups.set(head.shape, group);
        if (head.kind === RecordKind.active) group.active++;
        else if (head.kind === RecordKind.quarantined) group.quarantined++;
        else group.asleep++;
        group.bytes += lengths[index];
        group.oldest = Math.min(group.oldest, head.storedAt);
        group.newest = Math.max(group.newest, head.storedAt);
      }
      lengths.length = 0;
    },
  );
  try {
    while (pages.next().done !== true);
  } finally {
    reader.close();
  }
  return [...groups.values()].toSorted((a, b) => a.shape - b.shape);
}

function emptyGroup(known: { name: string; version: number } | undefined, shape: number): Group {
  const { name, version } = known ?? { name: `shape ${shape}`, version: undefined };
  return { behavior: name, version, shape, asleep: 0, active: 0, quarantined: 0, bytes: 0, oldest: Number.POSITIVE_INFINITY, newest: 0 };
}

function noteOf({ notes }: StoreContents, key: string): Record<string, unknown> | undefined {
  const text = notes.get(key);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return { unreadable: text };
  }
}

interface Report {
  readonly file: string;
  readonly fileBytes: number;
  readonly freeBytes: number;
  readonly sessions: number;
  readonly recordBytes: number;
  readonly oldest: string | undefined;
  readonly newest: string | undefined;
  readonly format: Record<string, unknown> | undefined;
  readonly clock: Record<string, unknown> | undefined;
  readonly behaviors: readonly (Pick<Group, 'behavior' | 'version' | 'shape' | 'asleep' | 'active' | 'quarantined' | 'bytes'> & {
    readonly oldest: string;
    readonly newest: string;
  })[];
  readonly shapes: readonly ({ readonly name: string; readonly version: number; readonly fields: readonly unknown[] } | undefined)[];
  readonly shapesProblem: string | undefined;
}

function textOfReport(report: Report): string {
  const { format, clock, behaviors, shapes } = report;
  const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  const facts = [
    ['file', report.file],
    ['size', `${mb(report.fileBytes)}, of which ${mb(report.freeBytes)} hold nothing; records ${mb(report.recordBytes)}`],
    ['sessions', `${report.sessions}${report.oldest === undefined ? '' : `, stored ${report.oldest} to ${report.newest}`}`],
    [
      'written by',
      format === undefined ? 'no manager yet' : `@dormouse/core ${format.dormouse}, since ${format.createdAt}, seed ${format.seed}`,
    ],
    [
      'clock',
      clock === undefined
        ? 'none'
        : `tick ${clock.tick}, ${Number(clock.nowMs) / 1000} s of simulated time, on ${timeOf(Number(clock.savedAt) / 1000)}`,
    ],
    ...(report.shapesProblem === undefined ? [] : [['shapes', report.shapesProblem]]),
    ...shapes.flatMap((shape, number) =>
      shape ? [[`shape ${number}`, `${shape.name}, version ${shape.version}, ${shape.fields.length} fields`]] : [],
    ),
  ];
  const table = [
    ['behaviour', 'version', 'shape', 'asleep', 'active', 'quarantined', 'bytes each', 'oldest', 'newest'],
    ...behaviors.map((group) => [
      group.behavior,
      String(group.version ?? '?'),
      String(group.shape),
      String(group.asleep),
      String(group.active),
      String(group.quarantined),
      (group.bytes / (group.asleep + group.active + group.quarantined)).toFixed(0),
      group.oldest,
      group.newest,
    ]),
  ];
  const width = Math.max(...facts.map(([name]) => name.length));
  const lines = facts.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
  return behaviors.length === 0 ? lines.join('\n') : `${lines.join('\n')}\n\n${alignedColumns(table)}`;
}
