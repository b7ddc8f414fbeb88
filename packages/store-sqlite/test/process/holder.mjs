/** Opens the store at the path that it is given, says so, and holds it until it is killed. */
import { sqliteStore } from '../../dist/index.js';

const [path, thread] = process.argv.slice(2);
const store = sqliteStore(path, { thread: thread === 'true' });
await store.open({ contractVersion: 1, logger: console, moved() {} });
process.stdout.write('open\n');
setInterval(() => {}, 60_000);
