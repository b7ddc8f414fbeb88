import { readdirSync } from 'node:fs';
import { basename, dirname, isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DormouseError, messageOf } from './errors.js';

const TYPESCRIPT = /\.[cm]?tsx?$/;
const TSX_SETUP = "workerSetup: [import.meta.resolve('@dormouse/core/worker-setup-tsx')]";

/** What the module is that was imported, and with it where its URL was given. */
export type ImportedAs = 'behaviour' | 'setup';

const GIVEN: Readonly<Record<ImportedAs, string>> = { behaviour: 'the URL given to defineBehavior', setup: 'its entry in workerSetup' };
const STARTS_NO_MANAGER: Readonly<Record<ImportedAs, string>> = {
  behaviour:
    'keep the behaviour in a module of its own that does nothing but define it. If it is a bundle, build that module as an entry of its own ' +
    'and give defineBehavior its URL',
  setup: 'workerSetup is for what worker threads need before they import behaviours',
};

/** Why `import(url)` failed, in one sentence: what the error says, where it says too little, and what to do. */
export function reasonOfImportFailure(error: unknown, url: string, importedAs: ImportedAs): string {
  const { code, name } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  const said = messageOf(error).trim().split('\n', 1)[0];
  switch (code) {
    case 'ERR_MODULE_NOT_FOUND':
      return reasonOfNoModule(error as Error & { url?: string }, url, said, GIVEN[importedAs]);
    case 'ERR_UNKNOWN_FILE_EXTENSION':
      return reasonOfExtension(said);
    case 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX':
      return (
        `${placeOf(error)}${said}. Node.js only removes types: leave out enums, namespaces and parameter properties ` +
        `(erasableSyntaxOnly in tsconfig.json), or give the manager ${TSX_SETUP}, or run built JavaScript`
      );
    case 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING':
      return `${said}. A package must ship JavaScript`;
    case 'ERR_NOT_MAIN_THREAD':
      return `${said}. The module starts a manager when it is imported: ${STARTS_NO_MANAGER[importedAs]}`;
  }
  if (name === 'SyntaxError' && /does not provide an export named/.test(said) && TYPESCRIPT.test(placeOf(error).replace(/:\d+: $/, ''))) {
    return (
      `${placeOf(error)}${said}. If that is a type, import it with "import type" (verbatimModuleSyntax in tsconfig.json): Node.js ` +
      'only removes what is marked as one'
    );
  }
  if (DormouseError.isInstance(error)) return said;
  return `${name === 'SyntaxError' ? placeOf(error) : ''}${name ?? 'it threw'}: ${said}`;
}

function reasonOfNoModule(error: Error & { url?: string }, url: string, said: string, given: string): string {
  const missing = error.url;
  const near = missing === undefined ? [] : besides(missing);
  const there = near.length === 0 ? '' : `; ${near.join(' and ')} ${near.length === 1 ? 'is' : 'are'} there`;
  if (missing === new URL(url).href) {
    return `there is no such file${there}. Build it, or correct ${given}`;
  }
  const source = near.find((name) => TYPESCRIPT.test(name));
  if (source === undefined) return `${said}${there}`;
  return (
    `${said}${there}. Node.js takes specifiers as they are written: import "./${source}" (rewriteRelativeImportExtensions in ` +
    `tsconfig.json turns it into .js in a build), or give the manager ${TSX_SETUP}`
  );
}

function reasonOfExtension(said: string): string {
  const file = /^Unknown file extension "[^"]*" for (.*)$/.exec(said)?.[1] ?? '';
  if (!TYPESCRIPT.test(file)) return said;
  const strips = (process.features as { typescript?: unknown }).typescript;
  const version = `Node.js ${process.versions.node}`;
  if (strips !== undefined && strips !== false) {
    return `${said}. ${version} removes types from .ts, .mts and .cts files alone: give the manager ${TSX_SETUP}, or run built JavaScript`;
  }
  return (
    `${said}. ${version} does not run TypeScript here: use Node.js 22.18 or newer without --no-strip-types, or give the manager ` +
    `${TSX_SETUP}, or run built JavaScript`
  );
}

/** `file:line: ` of a syntax error, which V8 puts above the stack; empty if it does not say. */
function placeOf(error: unknown): string {
  const [, file = '', line] = /^(.+):(\d+)$/.exec((error as Error).stack?.split('\n', 1)[0] ?? '') ?? [];
  if (file.startsWith('file:')) return `${fileURLToPath(file)}:${line}: `;
  return isAbsolute(file) ? `${file}:${line}: ` : '';
}

/** Files of the same name beside one that is missing, but for the extension. */
function besides(missing: string): string[] {
  if (!missing.startsWith('file:')) return [];
  const path = fileURLToPath(missing);
  const stem = (name: string) => name.replace(/\.[cm]?[jt]sx?$/, '');
  try {
    const names = readdirSync(dirname(path)).sort();
    return names.filter((name) => name !== stem(name) && stem(name) === stem(basename(path)));
  } catch {
    return [];
  }
}
