import type { AnyBehavior } from '../behavior.js';
import type { Codec } from '../layout/codec.js';
import type { SharedViews } from '../memory/shared-buffers.js';
import type { World } from '../memory/world.js';
import type { TickInfo } from '../session-api.js';

/** What a thread's runners of one manager share, and hand to their sessions. */
export interface RuntimeServices {
  readonly tick: TickInfo;
  /** The manager's, by index. */
  readonly behaviors: readonly AnyBehavior[];
  readonly codec: Codec;
  /** With the account id, decides a session's random numbers. */
  readonly seed: number;
  /** One byte a block: set to 1 by whoever writes to an outbox, cleared by the main thread when it has taken what is in them. */
  readonly outboxFlags: Uint8Array;
  /** Other sessions, as far as they are published. */
  readonly world: World;
  /** What the host has handed to all threads, by name. */
  readonly shared: SharedViews;
}
