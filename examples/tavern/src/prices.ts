import { createServer } from 'node:http';

const COINS = new Map([
  ['ale', 3],
  ['bread', 1],
  ['stew', 5],
]);

/** A web service as a real one would be somewhere else: `GET /ale` is answered with `{ "dish": "ale", "coins": 3 }`. Resolves with its URL. */
export function startPriceService(): Promise<string> {
  const server = createServer((request, response) => {
    const dish = decodeURIComponent((request.url ?? '/').slice(1));
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ dish, coins: COINS.get(dish) ?? 9 }));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as { port: number }).port}`));
  });
}
