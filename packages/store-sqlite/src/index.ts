export { type SqliteStoreOptions, sqliteStore, sqliteStore as default } from './options.js';
