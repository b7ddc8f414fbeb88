import type { SessionHandle, SessionManager } from '@dormouse/core';
import fc from 'fast-check';
import { busy, Order, plain } from './busy.js';

type Bot = typeof busy | typeof plain;
type Manager = SessionManager<Bot>;
type Handle = SessionHandle<Bot>;

/** One thing that a host does, with three numbers to do it with. */
export type Deed = readonly [name: (typeof DEEDS)[number], a: number, b: number, c: number];

const DEEDS = [
  'create',
  'createBatch',
  'release',
  'push',
  'push',
  'push',
  'flood',
  'pushBatch',
  'setMap',
  'setGroup',
  'touch',
  'revive',
  'write',
  'writeData',
  'broadcast',
  'limit',
  'drain',
  'drainPart',
  'drainBusily',
  'answer',
  'sleep',
  'sleep',
  'sleep',
  'wake',
  'wakeMap',
  'wakeGroup',
  'sleepIdle',
  'threshold',
] as const;

export const deed: fc.Arbitrary<Deed> = fc.tuple(fc.constantFrom(...DEEDS), fc.nat(255), fc.nat(255), fc.nat(255));

/** A host that does what it is told, whatever comes of it: what is refused is refused. */
export class RandomHost {
  readonly manager: Manager;
  /** Requests that a handler has not answered yet. */
  readonly asked: ((price: number) => void)[] = [];

  constructor(manager: Manager) {
    this.manager = manager;
    manager.handle(
      'price',
      (value) => new Promise((resolve) => this.asked.push((price) => resolve(price + (value as { number: number }).number))),
    );
  }

  do([name, a, b, c]: Deed): void {
    try {
      this.#do(name, a, b, c);
    } catch (error) {
      if (!('code' in (error as object))) throw error;
    }
  }

  #do(name: Deed[0], a: number, b: number, c: number): void {
    const { manager } = this;
    const id = (a % 9) + 1;
    const handle: Handle | undefined = manager.getSession(id);
    const payload = new Uint8Array(c % 40).fill(b);
    const behavior = b % 3 === 0 ? plain : busy;
    const given = c % 4 === 0 ? { init: { fails: c % 8 === 0, greets: (c % 9) + 1 } } : {};
    if (name === 'create') manager.createSession(id, { behavior, mapId: b % 3, groupId: c % 2, ...given });
    else if (name === 'createBatch') manager.createSessionBatch([id, id + 20, id + 30], { behavior, ...given });
    else if (name === 'release') manager.releaseSession(id);
    else if (name === 'revive') manager.reviveSession(id);
    else if (name === 'broadcast')
      manager.broadcast({ mapId: a % 3, ...(b % 2 === 0 ? {} : { groupId: c % 2 }), ...(c % 3 === 0 ? { wake: false } : {}) }, b, payload);
    else if (name === 'limit') manager.setMaxConcurrentSessions(4 + (a % 20));
    else if (name === 'drain') manager.drainOutbound(() => {});
    else if (name === 'drainPart') this.#drainPart(b % 4);
    else if (name === 'drainBusily') this.#drainBusily(a, b, c);
    else if (name === 'sleep') for (const each of [id, id + 1, id + 20]) manager.hibernateSession(each);
    else if (name === 'wake') manager.reactivateSession(id);
    else if (name === 'wakeMap') manager.reactivateSessionsForMap(b % 3);
    else if (name === 'wakeGroup') manager.reactivateSessionsForGroup(b % 2);
    else if (name === 'sleepIdle') manager.hibernateInactiveSessions();
    else if (name === 'threshold') manager.setHibernationThreshold((b % 3) + 1);
    else if (name === 'answer') this.asked.splice(a % (this.asked.length + 1), 1)[0]?.(b);
    else if (handle === undefined) return;
    else if (name === 'push') handle.push((b % 11) + 1, payload);
    else if (name === 'flood') for (let i = 0; i < 30; i++) handle.push(Order.echo, new Uint8Array(64).fill(i));
    else if (name === 'pushBatch') manager.pushBatch([handle, handle], [Order.tell, (b % 11) + 1], Uint8Array.of(a, b, c), [1, 2]);
    else if (name === 'setMap') handle.mapId = b % 3;
    else if (name === 'setGroup') handle.groupId = b % 2;
    else if (name === 'touch') handle.touch();
    else this.write(handle, name, b, c);
  }

  /** Writes to one field or another. */
  write(handle: Handle, name: 'write' | 'writeData', b: number, c: number): void {
    if (!handle.is(busy)) return;
    const { state } = handle;
    if (name === 'writeData') {
      if (c % 3 === 0) state.diary.set(['x'.repeat(c * 2)]);
      else state.diary.edit((diary) => (Array.isArray(diary) && diary.length < 20 ? void diary.push(b, { c }) : []));
    } else if (b % 5 === 0) state.luck = c / 3;
    else if (b % 5 === 1) state.heard = c;
    else if (b % 5 === 2) state.name = `é${c}`;
    else if (b % 5 === 3) state.marks.assign([b, c], 1);
    else state.marks.fill(-c);
  }

  #drainPart(count: number): void {
    let taken = 0;
    try {
      this.manager.drainOutbound(() => {
        if (taken++ === count) throw new Error('enough');
      });
    } catch (error) {
      if ((error as Error).message !== 'enough') throw error;
    }
  }

  /** Does other things meanwhile. */
  #drainBusily(a: number, b: number, c: number): void {
    let taken = 0;
    this.manager.drainOutbound(() => {
      taken++;
      if (taken === 1) this.do(['release', b, a, c]);
      if (taken === 2) this.do(['create', a, b, c]);
      if (taken === 3) this.do(['push', c, a, b]);
      if (taken === 4) this.do(['write', c, a, b]);
    });
  }
}
