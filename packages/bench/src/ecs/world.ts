import { addComponent, addComponents, addEntity, createWorld, type EntityId } from 'bitecs';
import type { OwnBelongings } from '../arithmetic/items.js';
import { FIRST_ACCOUNT, START_MS, startValues } from '../arithmetic/random.js';
import type { ComparedWorkload } from '../compare/contender.js';
import { type PacketColumns, packetColumnsOf } from '../floor/rings.js';
import { stepsOf } from '../workloads.js';

/** Workloads in which an update may have more than one step. */
const MANY: ReadonlySet<ComparedWorkload> = new Set(['W3', 'W4', 'W6', 'W7']);

/** Stores of the components, each element that of an entity: numbers in typed arrays, as its documentation recommends for speed. */
function componentsOf(size: number) {
  const floats = (): Float32Array => new Float32Array(size);
  return {
    Account: new Uint32Array(size),
    Updates: { count: new Uint32Array(size), lastMs: new Float64Array(size) },
    Position: { x: floats(), y: floats() },
    Velocity: { x: floats(), y: floats() },
    Health: floats().fill(100),
    Target: { x: floats(), y: floats() },
    Random: new Int32Array(size),
    /** Steps an update. */
    Repeat: new Uint32Array(size),
    /** When the last packet was drained. */
    Activity: new Float64Array(size).fill(START_MS),
    /** A tag: who has it not is not updated. */
    Awake: {},
    /** Of W5: an object each, as bitECS has it for what is no number. */
    Belongings: [] as OwnBelongings[],
  };
}

export interface EcsWorld {
  readonly components: ReturnType<typeof componentsOf>;
  /** By rank. */
  readonly entities: readonly EntityId[];
  /** Of W2 and W8, by rank, which is one less than the entity. */
  readonly packets: PacketColumns | undefined;
  readonly time: { nowMs: number; diffMs: number };
}

/** A world with an entity for each session. */
export function openWorld(workload: ComparedWorkload, sessions: number, diffMs: number): EcsWorld {
  // Entities are counted from 1.
  const size = sessions + 1;
  const components = componentsOf(size);
  const entities: EntityId[] = [];
  const world: EcsWorld = createWorld({
    components,
    entities,
    packets: workload === 'W2' || workload === 'W8' ? packetColumnsOf(sessions) : undefined,
    time: { nowMs: START_MS, diffMs },
  });
  const { Account, Updates, Position, Velocity, Health, Target, Random, Repeat, Activity, Awake, Belongings } = components;
  for (let rank = 0; rank < sessions; rank++) {
    const eid = addEntity(world);
    entities.push(eid);
    addComponents(world, eid, [Account, Updates, Position, Velocity, Health, Target, Random, Awake]);
    const { x, y, targetX, targetY, rng } = startValues(FIRST_ACCOUNT + rank);
    Account[eid] = FIRST_ACCOUNT + rank;
    Position.x[eid] = x;
    Position.y[eid] = y;
    Target.x[eid] = targetX;
    Target.y[eid] = targetY;
    Random[eid] = rng;
    if (MANY.has(workload)) {
      addComponent(world, eid, Repeat);
      Repeat[eid] = stepsOf(workload, rank, sessions);
    }
    if (workload === 'W5') {
      addComponent(world, eid, Belongings);
      Belongings[eid] = { title: '', inventory: new Map(), journal: [] };
    }
    if (workload === 'W2' || workload === 'W8') addComponent(world, eid, Activity);
  }
  return world;
}
