import { bool, data, f32, f64, type Session, type StateOf, u8 } from '@dormouse/core/behavior';

/** Corners of its way that a bot keeps in mind; longer ways are asked for in stages. */
export const CORNERS = 16;

/** Another bot, as it is remembered. */
export interface Acquaintance {
  readonly account: number;
  times: number;
  /** Simulated time of the last meeting, ms. */
  lastMs: number;
}

export const state = {
  x: f32({ published: true }),
  y: f32(),
  z: f32({ published: true }),
  /** Metres walked so far. */
  walked: f32(),
  /** Where the way leads in the end. */
  goalX: f32(),
  goalZ: f32(),
  /** Corners of the way still ahead: x and z in turn, `cornerNext` and on of `cornerCount`. */
  corners: f32({ length: CORNERS * 2 }),
  cornerNext: u8(),
  cornerCount: u8(),
  /** The way goes on after the last corner kept. */
  staged: bool(),
  walking: bool(),
  /** Simulated time at which it goes on, ms, while it does not walk. */
  restEndMs: f64(),
  /** It rests, and has told the host that it would sleep. */
  dozing: bool(),
  reportMs: f32(),
  /** Walker's seconds in a second of the ticks. */
  timeLapse: f32({ initial: 1 }),
  /** Times that it has looked around. */
  looks: u8(),
  /** Bots that it has met, the last one last. */
  met: data<Acquaintance[]>({ maxBytes: 2048, initial: [] }),
} as const;

export type BotState = StateOf<typeof state>;
export type Bot = Session<typeof state>;
