/** For tests of behaviours, in any test framework. */
export type { PendingAsk } from './fake-host.js';
export { type KernelStand, kernelStand } from './kernel-stand.js';
export { ManualClock } from './manual-clock.js';
export {
  type LoggedMessage,
  type SentPacket,
  startTestManager,
  type TestManager,
  type TestManagerOptions,
  type TestOptions,
  type UntilOptions,
} from './test-manager.js';
