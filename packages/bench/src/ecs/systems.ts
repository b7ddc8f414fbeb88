import { addComponent, query, removeComponent } from 'bitecs';
import { trade } from '../arithmetic/items.js';
import { xs } from '../arithmetic/random.js';
import { hotspotBegin, hotspotWidth, MANY_STEPS } from '../arithmetic/skew.js';
import { isIdle } from '../arithmetic/sleep.js';
import type { ComparedWorkload, InboundPackets } from '../compare/contender.js';
import type { PacketColumns } from '../floor/rings.js';
import { move, moveMuch } from './motion.js';
import { drain, emit } from './packets.js';
import type { EcsWorld } from './world.js';

/** A function over a world, as bitECS has it. */
export type System = (world: EcsWorld) => void;

/** What every update of a session does. */
function bookkeep(world: EcsWorld): void {
  const { Updates, Awake } = world.components;
  const { count, lastMs } = Updates;
  const { nowMs } = world.time;
  const entities = query(world, [Updates, Awake]);
  for (let i = 0; i < entities.length; i++) {
    const eid = entities[i];
    count[eid]++;
    lastMs[eid] = nowMs;
  }
}

/** W1: those who move, with the health that they have. */
function moveOnce(world: EcsWorld): void {
  const { Position, Velocity, Health, Target, Random } = world.components;
  move(world, query(world, [Position, Velocity, Health, Target, Random]), Health, 0);
}

/** W2 and W8: packets come, those who are awake move, and send some of their own in W2. */
function exchange(sends: boolean, packets: PacketColumns): System {
  return (world) => {
    const { Position, Velocity, Health, Target, Random, Activity, Awake } = world.components;
    const entities = query(world, [Position, Velocity, Health, Target, Random, Activity, Awake]);
    drain(world, entities, packets);
    move(world, entities, packets.healed, 1);
    if (sends) emit(world, entities, packets);
  };
}

/** W5. */
function barter(world: EcsWorld): void {
  const { Account, Updates, Random, Belongings } = world.components;
  const entities = query(world, [Account, Updates, Random, Belongings]);
  for (let i = 0; i < entities.length; i++) {
    const eid = entities[i];
    const r = xs(Random[eid]);
    Random[eid] = r;
    trade(Belongings[eid], Account[eid], Updates.count[eid], r);
  }
}

/** W7: gives many steps to those whom the hotspot comes to, and one to those whom it leaves. */
export function moveHotspot({ components, entities }: EcsWorld, t: number): void {
  const { Repeat } = components;
  const { length } = entities;
  const begin = hotspotBegin(t, length);
  const before = t === 0 ? begin : hotspotBegin(t - 1, length);
  if (t > 0 && begin === before) return;
  const width = hotspotWidth(length);
  for (let i = 0; i < width; i++) Repeat[entities[(before + i) % length]] = 1;
  for (let i = 0; i < width; i++) Repeat[entities[(begin + i) % length]] = MANY_STEPS;
}

/** W8: whoever gets a packet is awake. */
export function wake(world: EcsWorld, { ranks, count }: InboundPackets): void {
  const { Awake } = world.components;
  for (let i = 0; i < count; i++) addComponent(world, world.entities[ranks === null ? i : ranks[i]], Awake);
}

/** W8: those fall asleep who are idle. */
export function fallAsleep(world: EcsWorld): void {
  const { Activity, Awake } = world.components;
  const { nowMs } = world.time;
  for (const eid of query(world, [Activity, Awake])) if (isIdle(nowMs, Activity[eid])) removeComponent(world, eid, Awake);
}

/** The systems of a workload, in their order. */
export function systemsOf({ packets }: EcsWorld, workload: ComparedWorkload): readonly System[] {
  if (packets !== undefined) return [bookkeep, exchange(workload === 'W2', packets)];
  if (workload === 'W0') return [bookkeep];
  if (workload === 'W1') return [bookkeep, moveOnce];
  return workload === 'W5' ? [bookkeep, barter] : [bookkeep, moveMuch];
}
