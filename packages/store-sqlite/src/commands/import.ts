import { createReadStream, existsSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Command, Option } from 'commander';
import { FileLock, onePath } from '../file-lock.js';
import { StoreProblem, textOf } from '../store-problem.js';
import { parseOpening, parseRecord } from './export-format.js';
import { ImportTarget } from './import-target.js';
import { fileArgument, Progress, printed } from './options.js';

interface Flags {
  readonly from?: string;
  readonly into: boolean;
}

/** `import`: a store of JSON Lines. */
export function importCommand(): Command {
  return new Command('import')
    .description('Read JSON Lines as `export` writes them from standard input into a new store: all of them, or, if one is wrong, none.')
    .addArgument(fileArgument())
    .addOption(new Option('--from <file>', 'read them from this file'))
    .addOption(
      new Option(
        '--into',
        'add them to a store that is there: an account that has a session there is refused, and all others are added',
      ).default(false),
    )
    .exitOverride()
    .action(async (path: string, { from, into }: Flags) => {
      const file = onePath(resolve(path));
      if (existsSync(file) !== into) {
        throw new StoreProblem(
          'ERR_STORE_FILE',
          into ? `store file ${file} is not there` : `store file ${file} is there already: --into adds to it`,
        );
      }
      const lock = new FileLock(file);
      lock.take();
      try {
        await importAll(file, from === undefined ? process.stdin : createReadStream(from));
      } catch (error) {
        if (!into) for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true });
        throw error;
      } finally {
        lock.release();
      }
    });
}

async function importAll(file: string, input: NodeJS.ReadableStream): Promise<void> {
  const target = new ImportTarget(file);
  try {
    await addLines(target, input);
    target.commit();
  } finally {
    target.close();
  }
  const { added, refused } = target;
  for (const account of refused) process.stderr.write(`account ${account} has a session there already: refused\n`);
  if (refused.length > 0) process.exitCode = 1;
  await printed(`${file}: ${added} sessions imported${refused.length === 0 ? '' : `, ${refused.length} refused`}\n`);
}

async function addLines(target: ImportTarget, input: NodeJS.ReadableStream): Promise<void> {
  let number = 0;
  let left = 0;
  let progress: Progress | undefined;
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      number++;
      if (line.trim() === '') continue;
      if (progress === undefined) {
        const { records, notes } = parseOpening(line);
        target.begin(notes);
        left = records;
        progress = new Progress('imported', records);
        continue;
      }
      progress.step();
      left--;
      target.add(parseRecord(line));
    }
    if (progress === undefined) throw new Error('there is none');
    if (left !== 0)
      throw new Error(left > 0 ? `${left} records are missing behind it: it is cut off` : `there are ${-left} records more than it says`);
  } catch (error) {
    throw new StoreProblem('ERR_STORE_FAILED', `nothing is imported: line ${number}: ${textOf(error)}`, error);
  }
}
