import { Command, Option } from 'commander';
import { PLACE_BYTES } from '../store-file.js';
import { textOf } from '../store-problem.js';
import { EXPORT_FORMAT, EXPORT_VERSION } from './export-format.js';
import { fileArgument, Progress, printed } from './options.js';
import { decoded, jsonValue, sessionOf } from './readable.js';
import { headIn, StoreContents } from './store-contents.js';

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
    .exitOverride()
    .action(async (path: string, { state }: { readonly state: boolean }) => {
      const contents = StoreContents.alone(path);
      try {
        await exportAll(contents, state);
      } finally {
        contents.close();
      }
    });
}

async function exportAll(contents: StoreContents, withState: boolean): Promise<void> {
  const count = contents.count;
  let text = `${JSON.stringify({ format: EXPORT_FORMAT, version: EXPORT_VERSION, records: count, notes: Object.fromEntries(contents.notes) })}\n`;
  const progress = new Progress('exported', count);
  for (const record of contents.records()) {
    progress.step();
    const head = headIn(record.place);
    const line = {
      ...sessionOf(contents, head, record.bytes.length),
      head: Buffer.from(record.place.subarray(PLACE_BYTES)).toString('base64'),
      record: Buffer.from(record.bytes).toString('base64'),
      ...(withState ? stateOf(() => decoded(contents, record, head)?.fields) : {}),
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
