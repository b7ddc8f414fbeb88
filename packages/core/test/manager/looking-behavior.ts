import { bool, defineBehavior, f32, type TickReport, text, u32 } from '@dormouse/core';

/** What the next update does for each session in turn. */
let look: (session: Parameters<NonNullable<typeof walker.definition.update>>[0]) => void = () => {};

/** Publishes a field of each kind, and does in its updates what the test says. */
export const walker = defineBehavior(import.meta.url, {
  name: 'walker',
  state: {
    x: f32({ published: true }),
    path: u32({ length: 3, published: true }),
    name: text(8, { published: true }),
    tired: bool({ published: true }),
    gold: u32(),
  },
  update(session) {
    look(session);
  },
});

interface Ticking {
  updateAllSessions(diffMs: number): Promise<TickReport>;
}

/** Runs one tick in which each `walker` does `what`; throws what the first of them threw. */
export async function inUpdate(manager: Ticking, what: typeof look): Promise<void> {
  look = what;
  try {
    const { faults } = await manager.updateAllSessions(100);
    if (faults.length > 0) throw faults[0].error;
  } finally {
    look = () => {};
  }
}
