import { StoreProblem } from './store-problem.js';
export type NodeSqlite = typeof import('node:sqlite');

const NEEDED = '22.13';

/**
 * The SQLite that Node.js has built in. Its warning that it is experimental is kept quiet, and no other. Throws `ERR_NODE_VERSION` on a Node.js that has
 * none.
 */
export function nodeSqlite(): NodeSqlite {
  const { emitWarning } = process;
  process.emitWarning = ((warning: string | Error, ...details: unknown[]) => {
    if (!isExpected(warning, details)) Reflect.apply(emitWarning, process, [warning, ...details]);
  }) as typeof emitWarning;
  let sqlite: NodeSqlite | undefined;
  try {
    sqlite = process.getBuiltinModule?.('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
  if (sqlite !== undefined) return sqlite;
  const { node } = process.versions;
  const [major = 0, minor = 0] = node.split('.').map(Number);
  const isOld = major < 22 || (major === 22 && minor < 13) || (major === 23 && minor < 4);
  const how = isOld ? `this is ${node}` : `this is ${node}, started without it (--no-experimental-sqlite)`;
  throw new StoreProblem('ERR_NODE_VERSION', `store sqlite needs Node.js ${NEEDED} or later, with its node:sqlite: ${how}`);
}

function isExpected(warning: string | Error, details: readonly unknown[]): boolean {
  return typeof warning === 'string' && warning.startsWith('SQLite is an experimental feature') && details[0] === 'ExperimentalWarning';
}
