import { createServer, type Socket } from 'node:net';
import { isMainThread } from 'node:worker_threads';
import { data, defineBehavior, loadScheduler, SessionManager, text } from '@dormouse/core';
import { startPriceService } from './prices.ts';

export const keeper = defineBehavior(import.meta.url, {
  state: { name: text(32), served: data<string[]>({ maxBytes: 4096, initial: [] }) },
  update(session) {
    const { state } = session;
    for (let order = session.receive(); order !== null; order = session.receive()) session.ask('price', `${Buffer.from(order.toBytes())}`);
    for (const answer of session.answers<{ dish: string; coins: number }>('price')) {
      if (answer.status !== 'ok') continue;
      state.served.edit((dishes) => void dishes.push(answer.value.dish));
      session.send(1, Buffer.from(`${answer.value.dish}, that makes ${answer.value.coins} coins`));
    }
    if (session.every(5000)) session.send(1, Buffer.from(`${state.name} has served ${state.served.value.join(', ')}`));
  },
});

if (isMainThread) {
  const sockets = new Map<number, Socket>();
  const onPacket = (guest: number, packet: { toBytes(): Uint8Array }) => sockets.get(guest)?.write(`${Buffer.from(packet.toBytes())}\n`);
  const scheduler = await loadScheduler(process.env.SCHEDULER ?? 'inline', {}, import.meta.url);
  // What lets worker threads import this file as it is, where the scheduler has any.
  const workerSetup = [import.meta.resolve('@dormouse/core/worker-setup-tsx')];
  const manager = await SessionManager.start({ behavior: keeper, scheduler, workerSetup, onPacket });
  const prices = await startPriceService();
  manager.handle('price', async (dish, { signal }) => (await fetch(`${prices}/${dish}`, { signal })).json());
  const server = createServer((socket) => {
    const bot = manager.createSession(socket.remotePort ?? 1);
    bot.state.name = `Keeper ${sockets.set(bot.accountId, socket).size}`;
    socket.on('data', (order) => bot.push(1, Buffer.from(order.toString().trim())));
    socket.on('close', () => sockets.delete(bot.accountId) && bot.release());
  });
  const port = Number(process.env.PORT ?? 7000);
  server.listen(port, () => console.log(`open: nc localhost ${(server.address() as { port: number }).port}`));
  await manager.run({ tickRate: 10 });
}
