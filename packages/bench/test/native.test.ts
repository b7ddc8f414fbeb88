import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DormouseError } from '@dormouse/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findNative, NATIVE_BUILD_FOLDER } from '../src/native/program.js';

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'dormouse-native-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(place, { recursive: true });
});

function file(name: string, text = ''): string {
  const path = join(place, name);
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

describe('findNative', () => {
  it('prefers the path that is given to the environment variable, and that to what was built', () => {
    const built = file('botref');
    const named = file('named');
    const given = file('given');
    vi.stubEnv('DORMOUSE_NATIVE', undefined);
    expect(findNative(undefined, place)).toBe(built);
    vi.stubEnv('DORMOUSE_NATIVE', named);
    expect(findNative(undefined, place)).toBe(named);
    expect(findNative(given, place)).toBe(given);
  });

  it('finds none where nothing was built, and an empty environment variable names nothing', () => {
    vi.stubEnv('DORMOUSE_NATIVE', '');
    expect(findNative(undefined, place)).toBeUndefined();
  });

  it('refuses a path that is no file, given or named, and does not go on to another', () => {
    file('botref');
    expect(() => findNative(place, place)).toThrow(`the native program must be the path of a program: got ${place}`);
    vi.stubEnv('DORMOUSE_NATIVE', join(place, 'missing'));
    const refused = vi.fn(() => findNative(undefined, place));
    expect(refused).toThrow(`DORMOUSE_NATIVE must be the path of a program: got ${join(place, 'missing')}`);
    expect(refused.mock.results[0]?.value).toSatisfy(DormouseError.isInstance);
  });

  it('looks for what was built beside the sources, whether it runs from src or from dist', () => {
    expect(NATIVE_BUILD_FOLDER).toBe(fileURLToPath(new URL('../native/build', import.meta.url)));
  });
});

describe('dormouse-bench native', () => {
  const native = (path: string) => {
    const folder = join(place, 'build');
    const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'native', '--folder', folder], {
      encoding: 'utf8',
      env: { ...process.env, PATH: path },
    });
    return { status, stdout, stderr };
  };
  /** With a program `cmake` that does what the script says, before all others. */
  const nativeWith = (script: string) => {
    mkdirSync(join(place, 'bin'));
    file('bin/cmake', `#!/bin/sh\n${script}\n`);
    return native([join(place, 'bin'), process.env.PATH].join(delimiter));
  };
  const PACKAGES = 'apt-get install cmake make g++ libtbb-dev libboost-dev';

  it('says what to install where there is no cmake, with exit code 1', () => {
    const { status, stdout, stderr } = native(place);
    expect(stderr).toContain(`error: the native program cannot be built: there is no cmake. Debian and Ubuntu: ${PACKAGES}`);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  });

  it.each([
    ['Could not find a package configuration file provided by "TBB" with any of', 'there is no oneTBB'],
    ['Could NOT find Boost (missing: Boost_INCLUDE_DIR)', 'there is no Boost'],
    ['No CMAKE_CXX_COMPILER could be found.', 'there is no C++ compiler'],
    ['CMake was unable to find a build program corresponding to "Unix Makefiles".', 'there is no make'],
  ])('names what lacks where cmake says: %s', (said, lack) => {
    const { status, stdout, stderr } = nativeWith(`echo '${said}' >&2; exit 1`);
    expect(stderr).toContain(`error: the native program cannot be built: ${lack}. Debian and Ubuntu: ${PACKAGES}`);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  });

  it('shows the end of what was printed where the compiler fails', () => {
    const { status, stderr } = nativeWith('[ "$1" = -S ] || { echo "main.cpp:1: error: expected an expression"; exit 2; }');
    expect(stderr).toContain('cannot be built: the compiler ended with 2:\nmain.cpp:1: error: expected an expression');
    expect(status).toBe(1);
  });

  it('refuses a program that computes something else, naming each run and both checksums', () => {
    const report = JSON.stringify({ checksum: '00000000', egressSum: '00000000' });
    const build = `mkdir -p "$4" && printf '#!/bin/sh\\necho '"'"'${report}'"'" > "$4/botref" && chmod +x "$4/botref"`;
    const { status, stdout, stderr } = nativeWith(`[ "$1" = --build ] || { ${build}; }`);
    expect(stderr).toMatch(/botref --workload W1 --arith f32 --sessions 1000 --ticks 50 .*: expected 05b9747e, got 00000000\n/);
    expect(stderr).toMatch(/--workload W2 --arith f64 .*: expected 0657270c\/9e5ff560, got 00000000\/00000000\n/);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  });
});
