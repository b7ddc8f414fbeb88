import { SessionManager, defineBehavior, f32, u32 } from '@dormouse/core';
import { inlineScheduler } from '@dormouse/scheduler-inline';
const median = (a) => [...a].sort((x, y) => x - y)[a.length >> 1];
let mode = 'none', NEAR = 0;
globalThis.sink = 0;
const make = (published, name) => defineBehavior(import.meta.url, { name, state: { x: f32({ published }), y: f32({ published }), z: f32({ published }), hp: u32() },
  update(session) {
    const { state } = session;
    if (mode === 'none') { state.x += 1; return; }
    if (mode === 'peer') { let s = 0; const id = session.accountId; for (let i = 1; i <= 10; i++) { const p = session.peer(id > 20 ? id - i : id + i); if (p !== null) s += p.state.x; } globalThis.sink += s; return; }
    if (mode === 'lookup') { let s = 0; const id = session.accountId; for (let i = 1; i <= 10; i++) { if (session.peer(id > 20 ? id - i : id + i) !== null) s++; } globalThis.sink += s; return; }
    if (mode === 'peers') { let s = 0; for (const p of session.peers()) { s += p.state.x + p.state.y; } globalThis.sink += s; return; }
    if (mode === 'peersid') { let s = 0; for (const p of session.peers()) { s += p.accountId; } globalThis.sink += s; return; }
  } });
async function run(published, n, maps, order) {
  const manager = await SessionManager.start({ behavior: make(published, 'b' + published + n + order), scheduler: inlineScheduler(), logger: false, maxConcurrentSessions: n * 2, sessionCeiling: Math.max(65536, n * 2) });
  const ids = Array.from({ length: n }, (_, i) => i + 1);
  if (order === 'shuffled') { let r = 1; for (let i = n - 1; i > 0; i--) { r = (Math.imul(r, 1103515245) + 12345) >>> 0; const k = r % (i + 1); [ids[i], ids[k]] = [ids[k], ids[i]]; } }
  for (const id of ids) manager.createSession(id, { mapId: id % maps });
  const tick = async (m, k) => { mode = m; const u = [], g = []; for (let i = 0; i < k; i++) { const r = await manager.updateAllSessions(100); u.push(r.updateUs); g.push(r.ingestUs); } return [median(u), median(g)]; };
  return { manager, tick, ids };
}
for (const n of [5000, 50000]) {
  for (const published of [false, true]) {
    const { manager, tick } = await run(published, n, n / 50, 'asc');
    await tick('none', 100); const [u, g] = await tick('none', 300);
    console.log(`n=${n} published=${published}: ingest ${g.toFixed(1)} µs, update ${u.toFixed(0)} µs`);
    if (published) {
      // 1 % churn
      const ing = []; let next = n + 1, first = 1;
      for (let i = 0; i < 200; i++) { for (let k = 0; k < n / 100; k++) { manager.releaseSession(first++); manager.createSession(next++, { mapId: next % (n / 50) }); } mode = 'none'; ing.push((await manager.updateAllSessions(100)).ingestUs); }
      console.log(`   with 1 % churn: ingest ${median(ing.slice(50)).toFixed(0)} µs`);
    }
    await manager.shutdown();
  }
}
for (const order of ['asc', 'shuffled']) {
  const n = 5000;
  const { manager, tick } = await run(true, n, n / 50, order);
  await tick('none', 50); const [base] = await tick('none', 100);
  for (const m of ['lookup', 'peer', 'peersid', 'peers']) {
    await tick(m, 30); const [u] = await tick(m, 50);
    const reads = m === 'peer' || m === 'lookup' ? 10 : 49;
    console.log(`${order} ${m}: ${((u - base) * 1000 / n / reads).toFixed(1)} ns each (${((u - base) * 1000 / n).toFixed(0)} ns a session)`);
  }
  await manager.shutdown();
}
