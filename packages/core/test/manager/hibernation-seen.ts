import { type Behavior, defineBehavior, u32 } from '@dormouse/core';

/** Account 1 notes whether it sees account 2, and whom on its map. */
export function published(seen: unknown[]): Behavior {
  return defineBehavior(import.meta.url, {
    name: 'published',
    state: { shown: u32({ published: true }) },
    update(session) {
      if (session.accountId === 1) seen.push([session.peer(2) !== null, [...session.peers()].map(({ accountId }) => accountId)]);
    },
  }) as unknown as Behavior;
}
