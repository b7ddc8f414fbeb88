import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** As Node's own loader finds it: modules that a plain thread imports are outside of what Vitest transforms. */
export const CORE = new URL('../../dist/', import.meta.url);

/** A folder of modules outside the repository, of a package with `"type": "module"`. */
export interface ModuleFolder {
  /** Writes a module and gives its URL. `CORE` in its source stands for the URL of the built package. */
  write(name: string, source: string): string;
  /** The URL of a file, whether it is there or not. */
  url(name: string): string;
  path(name: string): string;
  remove(): void;
}

export function moduleFolder(): ModuleFolder {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'dormouse-modules-')));
  const path = (name: string) => join(folder, name);
  const url = (name: string) => pathToFileURL(path(name)).href;
  writeFileSync(path('package.json'), '{ "type": "module" }');
  return {
    url,
    path,
    write(name, source) {
      mkdirSync(dirname(path(name)), { recursive: true });
      writeFileSync(path(name), source.replaceAll('CORE/', CORE.href));
      return url(name);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The source of a module that exports a behaviour named after its file as default. */
export const WALKER = `
import { defineBehavior, f32, text } from 'CORE/index.js';

export default defineBehavior(import.meta.url, {
  state: { x: f32(), name: text(16) },
  update(session) {
    session.state.x += 1;
  },
});
`;
export const WALKER_LAYOUT: readonly string[] = ['x: f32', 'name: text[16]'];
