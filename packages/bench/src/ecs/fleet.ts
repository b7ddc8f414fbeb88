import type { EntityId } from 'bitecs';
import { START_MS } from '../arithmetic/random.js';
import { isLookTick } from '../arithmetic/sleep.js';
import type { Arm, ArmSetup, FinalSession, InboundPackets, PacketSink } from '../compare/contender.js';
import { deliver, handOver } from '../floor/rings.js';
import { fallAsleep, moveHotspot, systemsOf, wake } from './systems.js';
import { type EcsWorld, openWorld } from './world.js';

/** A world of bitECS and its systems, one after the other. */
export function openEcsFleet(setup: ArmSetup, sink: PacketSink): Arm {
  const { workload, sessions, diffMs } = setup;
  const world = openWorld(workload, sessions, diffMs);
  const { entities, packets, time } = world;
  const systems = systemsOf(world, workload);

  return {
    tick(t: number, inbound: InboundPackets | null): void {
      time.nowMs = START_MS + diffMs * (t + 1);
      if (inbound !== null && packets !== undefined) {
        deliver(packets, inbound);
        if (workload === 'W8') wake(world, inbound);
      }
      if (workload === 'W7') moveHotspot(world, t);
      for (const system of systems) system(world);
      if (workload === 'W8' && isLookTick(t)) fallAsleep(world);
      if (workload === 'W2' && packets !== undefined) handOver(packets, sink);
    },
    *sessions(): Generator<FinalSession> {
      for (const eid of entities) yield finalOf(world, eid);
    },
    async close() {},
  };
}

function finalOf({ components, packets }: EcsWorld, eid: EntityId): FinalSession {
  const { Updates, Position, Velocity, Health, Target, Random, Belongings } = components;
  const values = {
    updateCount: Updates.count[eid],
    x: Position.x[eid],
    y: Position.y[eid],
    vx: Velocity.x[eid],
    vy: Velocity.y[eid],
    hp: Health[eid],
    targetX: Target.x[eid],
    targetY: Target.y[eid],
    rng: Random[eid] >>> 0,
    packetsIn: packets?.packetsIn[eid - 1] ?? 0,
    packetsOut: packets?.packetsOut[eid - 1] ?? 0,
    bytesIn: packets?.bytesIn[eid - 1] ?? 0,
    bytesOut: packets?.bytesOut[eid - 1] ?? 0,
  };
  const belongings = Belongings[eid];
  return belongings === undefined ? values : { ...values, belongings };
}
