/** What the soak's threads share beside the manager's own memory. */
import { isMainThread, workerData } from 'node:worker_threads';

export const MOST_SESSIONS = 512;
const MOST_PARTICIPANTS = 256;
/** Kinds of steps, see steps.mjs. */
export const MOST_STEPS = 256;

/** How a session is to go on in its next update, in a thread other than the host's. */
export const Doom = { none: 0, exitBefore: 1, exitAfter: 2, spin: 3 };

const WORDS = 2 * MOST_SESSIONS + MOST_PARTICIPANTS + MOST_STEPS;

export const buffer = isMainThread ? new SharedArrayBuffer(WORDS * 4) : workerData.buffer;
/** For each session, its updates. Written by whoever updates it. */
export const counts = new Int32Array(buffer, 0, MOST_SESSIONS);
export const dooms = new Int32Array(buffer, 4 * MOST_SESSIONS, MOST_SESSIONS);
/** For each participant, atomic steps that it still may take; 0: any number. */
export const fuses = new Int32Array(buffer, 8 * MOST_SESSIONS, MOST_PARTICIPANTS);
/** Deaths at each kind of step. */
export const deaths = new Int32Array(buffer, 8 * MOST_SESSIONS + 4 * MOST_PARTICIPANTS, MOST_STEPS);
