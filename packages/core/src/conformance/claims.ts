import type { SchedulerSupport } from '../scheduler.js';
import type { Claim } from './claim.js';
import { batchClaims } from './claims/batches.js';
import { contractClaims } from './claims/contract.js';
import { deathClaims } from './claims/deaths.js';
import { digestClaims } from './claims/digests.js';
import { faultClaims } from './claims/faults.js';
import { interruptionClaims } from './claims/interruptions.js';
import { kernelClaims } from './claims/kernels.js';
import { leftoverClaims } from './claims/leftovers.js';
import { newsClaims } from './claims/news.js';
import { recordingClaims } from './claims/recordings.js';
import { resizingClaims } from './claims/resizing.js';
import { sleepingClaims } from './claims/sleeping.js';
import { startClaims } from './claims/starting.js';

const SUBJECTS = [
  contractClaims,
  batchClaims,
  digestClaims,
  recordingClaims,
  newsClaims,
  faultClaims,
  sleepingClaims,
  kernelClaims,
  resizingClaims,
  interruptionClaims,
  deathClaims,
  startClaims,
  leftoverClaims,
];

/** Everything that must be true of a scheduler that supports this much. */
export function claimsOf(supports: SchedulerSupport): readonly Claim[] {
  return SUBJECTS.flatMap((claims) => claims(supports));
}
