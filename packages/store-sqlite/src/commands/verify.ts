import { Command } from 'commander';
import { textOf } from '../store-problem.js';
import { fileArgument, jsonOption, Progress, printed } from './options.js';
import { kindOf } from './readable.js';
import { checkedHead } from './record-check.js';
import { StoreContents } from './store-contents.js';

const MOST_TOLD = 100;

/** `verify`: whether all of a store is whole. */
export function verifyCommand(): Command {
  return new Command('verify')
    .description(
      'Check a store that is not open: the file as SQLite sees it, each record’s checksum, fields and head, that no account is there twice. Exit code 1 if anything is wrong.',
    )
    .addArgument(fileArgument())
    .addOption(jsonOption())
    .exitOverride()
    .action(async (path: string, { json }: { readonly json: boolean }) => {
      const contents = StoreContents.alone(path);
      try {
        const { kinds, records, recordBytes, problems, problemCount } = verified(contents);
        if (problemCount > 0) process.exitCode = 1;
        if (json) return await printed(`${JSON.stringify({ file: contents.path, records, recordBytes, kinds, problemCount, problems })}\n`);
        for (const problem of problems) await printed(`${problem}\n`);
        if (problemCount > problems.length) await printed(`and ${problemCount - problems.length} more\n`);
        const counts = Object.entries(kinds).map(([kind, count]) => `${count} ${kind}`);
        const summary = `${records} records${counts.length === 0 ? '' : ` (${counts.join(', ')})`}, ${recordBytes} bytes`;
        await printed(`${contents.path}: ${summary}: ${problemCount === 0 ? 'all is whole' : `${problemCount} problems`}\n`);
      } finally {
        contents.close();
      }
    });
}

function verified(contents: StoreContents) {
  const problems: string[] = [];
  let problemCount = 0;
  const tell = (problem: string): void => {
    if (++problemCount <= MOST_TOLD) problems.push(problem);
  };
  for (const line of contents.integrity()) tell(`file: ${line}`);
  for (const [key, text] of contents.notes) {
    try {
      JSON.parse(text);
    } catch (error) {
      tell(`note ${key}: ${textOf(error)}`);
    }
  }
  const total = contents.count;
  if (contents.shapesProblem !== undefined && total > 0) tell(contents.shapesProblem);
  const kinds: Record<string, number> = {};
  const idOf = new Map<number, number>();
  let records = 0;
  let recordBytes = 0;
  const progress = new Progress('verified', total);
  for (const record of contents.records()) {
    progress.step();
    records++;
    recordBytes += record.bytes.length;
    const other = idOf.get(record.account);
    if (other !== undefined) tell(`account ${record.account}: it has two records, ids ${other} and ${record.id}`);
    idOf.set(record.account, record.id);
    try {
      const kind = kindOf(checkedHead(contents, record).kind);
      kinds[kind] = (kinds[kind] ?? 0) + 1;
    } catch (error) {
      tell(`account ${record.account}, id ${record.id}: ${textOf(error)}`);
    }
  }
  if (records !== total) tell(`file: it has ${total} records, of which ${records} can be reached`);
  return { kinds, records, recordBytes, problems, problemCount };
}
