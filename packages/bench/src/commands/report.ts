import { existsSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { MARKERS } from '../report/headline-table.js';
import { ResultFileError, readRuns, reasonAgainstPublishing } from '../report/result-file.js';

/** In a clone, where results are kept. */
const OF_CLONE = fileURLToPath(new URL('../results/', import.meta.url));

interface Flags {
  readonly targets?: string;
  readonly out: string;
  readonly write: readonly string[];
  readonly draft: boolean;
  readonly check: boolean;
}

/** `report`: pages from the files of `compare`, and the check that what is published is what its data give. */
export function reportCommand(): Command {
  return new Command('report')
    .description('Publish runs of compare: raw data, a Markdown page and one HTML page with charts, in a folder named for day and machine.')
    .argument('[files...]', 'what compare wrote, of one machine; the first is shown, the others are compared with it')
    .addOption(new Option('--targets <file>', 'what targets --json printed, to be shown too'))
    .addOption(
      new Option('--out <folder>', 'the folder that has a folder for each result').default(
        existsSync(OF_CLONE) ? relativePath(OF_CLONE) : 'results',
      ),
    )
    .addOption(
      new Option(
        '--write <file>',
        `put the headline table into this Markdown file, between ${MARKERS.begin} and ${MARKERS.end}; again for others`,
      )
        .argParser((file: string, files: readonly string[]) => [...files, file])
        .default([] as readonly string[], 'none'),
    )
    .addOption(new Option('--draft', 'take partial and smoke runs too, marked as such').default(false))
    .addOption(
      new Option('--check', 'write nothing: exit code 1 if a result, or a table of --write, is not what its data give').default(false),
    )
    .exitOverride()
    .action(async (files: readonly string[], flags: Flags, command: Command) => {
      for (const file of flags.write) if (!existsSync(file)) command.error(`error: --write must be a file that is there: got ${file}`);
      if (flags.check && files.length > 0) command.error(`error: --check looks at what --out has: got ${files.join(', ')}`);
      if (!flags.check && files.length === 0) command.error('error: report needs files of compare, or --check');
      if (flags.draft && flags.write.length > 0) command.error('error: --write is not for drafts');
      try {
        if (flags.check) await check(flags);
        else await publish(files, flags, command);
      } catch (error) {
        if (error instanceof ResultFileError) command.error(`error: ${error.message}`);
        throw error;
      }
    });
}

async function publish(files: readonly string[], { targets, out, write, draft }: Flags, command: Command): Promise<void> {
  const runs = readRuns(files, targets);
  const { runsIn, withTable, writeResults } = await drawing();
  const reason = reasonAgainstPublishing(runs);
  if (reason !== undefined && !draft) command.error(`error: not to be published without --draft: ${reason}`);
  const folder = writeResults(out, runs);
  process.stdout.write(`${folder}\n`);
  const published = runsIn(folder);
  for (const file of write) {
    writeFileSync(file, withTable(file, out, basename(folder), published));
    process.stdout.write(`${file}\n`);
  }
}

async function check({ out, write }: Flags): Promise<void> {
  const { faultsInFolder, faultsInTable, resultNames } = await drawing();
  const names = resultNames(out);
  const faults = [...names.flatMap((name) => faultsInFolder(out, name)), ...write.flatMap((file) => faultsInTable(file, out))];
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  process.stdout.write(
    `results: ${names.length}, tables: ${write.length}; ${faults.length === 0 ? 'all are what their data give' : `${faults.length} faults`}\n`,
  );
  if (faults.length > 0) process.exitCode = 1;
}

/** What draws takes a while to load, and no other command needs it. */
const drawing = () => import('../report/results-folder.js');

function relativePath(folder: string): string {
  return join(relative(process.cwd(), folder) || '.');
}
