import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { DormouseError } from '@dormouse/core';

/** The C++ sources, with their CMakeLists.txt. Beside `src` and `dist`, so by the package's name: the depth of this module differs between them. */
export const NATIVE_SOURCES = join(dirname(createRequire(import.meta.url).resolve('@dormouse/bench/package.json')), 'native');

export const NATIVE_BUILD_FOLDER = join(NATIVE_SOURCES, 'build');

/** The program in a folder that it was built into. */
export function builtProgram(folder: string): string {
  return join(folder, 'botref');
}

/**
 * The native program: the path that was given, else the one that the environment variable `DORMOUSE_NATIVE` names, else the one that `dormouse-bench native` has built;
 * undefined if there is none. A path that was given, or named, and is no file is an error.
 */
export function findNative(given?: string, buildFolder = NATIVE_BUILD_FOLDER): string | undefined {
  const named = given ?? (process.env.DORMOUSE_NATIVE || undefined);
  const program = named ?? builtProgram(buildFolder);
  if (statSync(program, { throwIfNoEntry: false })?.isFile()) return program;
  if (named === undefined) return undefined;
  const by = given === undefined ? 'DORMOUSE_NATIVE' : 'the native program';
  throw new DormouseError('ERR_CONFIG_INVALID', `${by} must be the path of a program: got ${named}`);
}
