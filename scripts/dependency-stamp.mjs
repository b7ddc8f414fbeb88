import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const STAMP = join('node_modules', '.dormouse-setup');
const SHARED_INPUTS = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc'];
const WORKSPACE_FOLDERS = ['packages', 'examples'];

/** Folders of the workspace that hold a package.json, the root ('.') first. */
function members(repository) {
  const nested = WORKSPACE_FOLDERS.flatMap((folder) => {
    const path = join(repository, folder);
    return existsSync(path) ? readdirSync(path).map((name) => join(folder, name)) : [];
  });
  return ['.', ...nested.sort(), 'docs'].filter((member) => existsSync(join(repository, member, 'package.json')));
}

/** Hash of everything that decides what an install puts into node_modules: lockfile, manifests, settings, platform, Node's ABI. */
function dependencyFingerprint(repository) {
  const hash = createHash('sha256');
  hash.update(`${process.platform} ${process.arch} ${process.versions.modules}`);
  const manifests = members(repository).map((member) => join(member, 'package.json'));
  for (const input of [...SHARED_INPUTS, ...manifests]) {
    const path = join(repository, input);
    if (existsSync(path)) hash.update(`\0${input}\0`).update(readFileSync(path));
  }
  return hash.digest('hex');
}

/** The first dependency that a manifest names and node_modules lacks, as `folder/name`; links to nothing count as lacking. */
function missingDependency(repository) {
  for (const member of members(repository)) {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(repository, member, 'package.json'), 'utf8'));
    for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
      const path = join(member, 'node_modules', name);
      if (!existsSync(join(repository, path, 'package.json'))) return path;
    }
  }
  return undefined;
}

/** Why node_modules must be installed anew, in words; undefined if it is what the lockfile asks for. */
export function reasonToInstall(repository) {
  const path = join(repository, STAMP);
  if (!existsSync(path)) return 'nothing is installed yet';
  if (readFileSync(path, 'utf8') !== dependencyFingerprint(repository)) return 'the lockfile or a package.json changed';
  const missing = missingDependency(repository);
  return missing === undefined ? undefined : `${missing} is missing`;
}

/** To be called once an install succeeded: {@link reasonToInstall} has none until an input changes. */
export function stampInstall(repository) {
  mkdirSync(join(repository, 'node_modules'), { recursive: true });
  writeFileSync(join(repository, STAMP), dependencyFingerprint(repository));
}
