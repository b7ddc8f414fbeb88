/** Whether this Node.js has SQLite: what needs it is left out where it has not, and that it is refused there is tested instead. */
export const hasSqlite = process.getBuiltinModule?.('node:sqlite') !== undefined;
