import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A new folder, which is removed when the test file is done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dormouse-store-'));
  folders.push(folder);
  return folder;
}

let stores = 0;
let folder: string | undefined;

/** A path that nothing is at. */
export function newFile(): string {
  folder ??= temporaryFolder();
  return join(folder, `store-${stores++}.db`);
}
