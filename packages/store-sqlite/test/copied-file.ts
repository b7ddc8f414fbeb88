import { execFileSync } from 'node:child_process';
import { basename, join } from 'node:path';
import { temporaryFolder } from './temporary-folder.js';

/** A copy of a store's file and log, as the next process would find them if this one were killed now. By another process: to close a file here lets go of the locks on it. */
export function copyOf(path: string): string {
  const folder = temporaryFolder();
  execFileSync('/bin/sh', ['-c', 'cp "$1" "$2"; if [ -e "$1-wal" ]; then cp "$1-wal" "$2"; fi', 'sh', path, folder]);
  return join(folder, basename(path));
}
