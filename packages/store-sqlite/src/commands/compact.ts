import { Command } from 'commander';
import { openForWriting } from '../store-file.js';
import { fileArgument, printed } from './options.js';
import { StoreContents } from './store-contents.js';

/** `compact`: gives all space back that nothing is in. */
export function compactCommand(): Command {
  return new Command('compact')
    .description(
      'Write a store that is not open anew, without what is free in it. Needs as much room again meanwhile; killed in the middle, it is as it was.',
    )
    .addArgument(fileArgument())
    .exitOverride()
    .action(async (path: string) => {
      const contents = StoreContents.alone(path);
      try {
        const before = contents.fileBytes;
        const database = openForWriting(contents.path, { synchronous: 'full', busyMs: 5000 });
        try {
          database.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE)');
        } finally {
          database.close();
        }
        await printed(`${contents.path}: ${before} bytes, now ${contents.fileBytes}\n`);
      } finally {
        contents.close();
      }
    });
}
