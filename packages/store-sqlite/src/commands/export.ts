import type { IndexHead } from '@dormouse/core/records';
import { Command, Option } from 'commander';
import { PLACE_BYTES } from '../store-file.js';
import { StoreProblem, textOf } from '../store-problem.js';
import { EXPORT_FORMAT, EXPORT_VERSION } from './export-format.js';
import { fileArgument, Progress, printed } from './options.js';
import { decoded, jsonValue, sessionOf } from './readable.js';
import { checkedHead } from './record-check.js';
import { headIn, StoreContents, type StoredRecord } from './store-contents.js';

interface Flags {
  readonly state: boolean;
  readonly onlyWhole: boolean;
}

/** Text is written by so many characters. */
const CHUNK = 65_536;

/** `export`: a store as JSON Lines. */
export function exportCommand(): Command {
  return new Command('export')
    .description(
      'Write a store that is not open to standard output as JSON Lines: its notes, then one line a session, with its record byte for byte and what is in it.',
    )
    .addArgument(fileArgument())
    .addOption(new Option('--no-state', 'leave out what is in the records: shorter, and as good for import'))
    .addOption(
      new Option(
        '--only-whole',
        'leave out, and name, records of which verify would say that something is wrong: what is left of a damaged store',
      ).default(false),
    )
    .exitOverride()
    .action(async (path: string, flags: Flags) => {
      const contents = StoreContents.alone(path);
      try {
        await exportAll(contents, flags);
      } finally {
        contents.close();
      }
    });
}

async function exportAll(contents: StoreContents, { state, onlyWhole }: Flags): Promise<void> {
  let count = contents.count;
  if (onlyWhole) count = leftOut(contents, count);
  let text = `${JSON.stringify({ format: EXPORT_FORMAT, version: EXPORT_VERSION, records: count, notes: Object.fromEntries(contents.notes) })}\n`;
  const progress = new Progress('exported', count);
  for (const record of contents.records()) {
    progress.step();
    if (onlyWhole && problemOf(contents, record) !== undefined) continue;
    const head = headOf(record);
    const line = {
      ...sessionOf(contents, head, record.bytes.length),
      head: Buffer.from(record.place.subarray(PLACE_BYTES)).toString('base64'),
      record: Buffer.from(record.bytes).toString('base64'),
      ...(state ? stateOf(() => decoded(contents, record, head)?.fields) : {}),
    };
    text += `${JSON.stringify(line, jsonValue)}\n`;
    if (text.length < CHUNK) continue;
    await printed(text);
    text = '';
  }
  await printed(text);
}

/** A record that cannot be read is exported all the same. */
function stateOf(read: () => object | undefined): object {
  try {
    return { state: read() };
  } catch (error) {
    return { unreadable: textOf(error) };
  }
}

function headOf({ id, account, place }: StoredRecord): IndexHead {
  try {
    return headIn(place);
  } catch (error) {
    throw new StoreProblem('ERR_STORE_FILE', `account ${account}, id ${id}: ${textOf(error)}: --only-whole leaves out what is damaged`);
  }
}

/** Names records that are not whole. Returns how many are. */
function leftOut(contents: StoreContents, count: number): number {
  let whole = 0;
  const progress = new Progress('checked', count);
  for (const record of contents.records()) {
    progress.step();
    const problem = problemOf(contents, record);
    if (problem === undefined) whole++;
    else process.stderr.write(`account ${record.account}, id ${record.id}: left out: ${problem}\n`);
  }
  if (whole < count) process.exitCode = 1;
  return whole;
}

function problemOf(contents: StoreContents, record: StoredRecord): string | undefined {
  try {
    checkedHead(contents, record);
    return undefined;
  } catch (error) {
    return textOf(error);
  }
}
