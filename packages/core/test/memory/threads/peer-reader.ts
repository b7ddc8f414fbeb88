import { parentPort, workerData } from 'node:worker_threads';
import type { AnyBehavior } from '../../../src/behavior.js';
import { Column } from '../../../src/layout/geometry.js';
import { Block } from '../../../src/memory/block.js';
import { MapIndex } from '../../../src/memory/map-index.js';
import { SessionTable } from '../../../src/memory/session-table.js';
import { World } from '../../../src/memory/world.js';
import { Peers } from '../../../src/runtime/peers.js';
import type { RuntimeServices } from '../../../src/runtime/services.js';
import type { Peer } from '../../../src/session-api.js';
import { FIELDS, markOf, placesOf, type ReaderTick, type Start, type TickHandover } from './peer-world.js';

/** A participant as later schedulers will have it: it has the table, blocks and the map index's buffer, and nothing of the host's. */
const { attachment, reading } = workerData as Start;
const table = SessionTable.attach(attachment);
const layout = placesOf(FIELDS);
const behaviors = [{ name: 'marked', layout: layout.state }] as unknown as AnyBehavior[];
const blocks: Block[] = [];
const isReading = new Int32Array(reading, 0, 1);
let maps = MapIndex.create();

function read(tick: number): ReaderTick {
  const world = new World(table, blocks, maps);
  world.isOpen = true;
  const peers = new Peers({ world, behaviors, shared: new Map() } as unknown as RuntimeServices);
  const report = { sessions: 0, peers: 0, wrongValues: 0, wrongOrder: 0, wrongMaps: 0 };
  for (const block of blocks) {
    for (let row = 0; row < 64; row++) {
      if (block.page[Column.incarnation + row] === 0) continue;
      const accountId = block.page[Column.account + row] >>> 0;
      const mapId = block.page[Column.map + row];
      const check = (peer: Peer<typeof FIELDS>) => {
        const mark = markOf(tick, peer.accountId);
        if (peer.state.mark !== mark || peer.state.name !== `${mark}`) report.wrongValues++;
      };
      const self = peers.find(block, row, accountId, undefined) as unknown as Peer<typeof FIELDS>;
      check(self);
      let last = 0;
      for (const peer of peers.all(block, row, undefined) as unknown as Iterable<Peer<typeof FIELDS>>) {
        if (peer.accountId <= last || peer.accountId === accountId) report.wrongOrder++;
        if (peer.mapId !== mapId) report.wrongMaps++;
        last = peer.accountId;
        check(peer);
        report.peers++;
      }
      report.sessions++;
    }
  }
  return report;
}

parentPort?.on('message', ({ tick, blocks: added, mapIndex }: TickHandover) => {
  for (const { blockIndex, buffer } of added) blocks[blockIndex] = new Block(table, blockIndex, 0, layout, buffer);
  if (mapIndex !== undefined) maps = MapIndex.attach(mapIndex);
  const report = read(tick);
  Atomics.store(isReading, 0, 0);
  parentPort?.postMessage(report);
});
