import type { InputObserver } from './observer.js';

/** Hears of everything and does nothing: whoever observes replaces what is of interest. */
export class SilentObserver implements InputObserver {
  moment(): void {}
  creating(..._: Parameters<InputObserver['creating']>): void {}
  importing(..._: Parameters<InputObserver['importing']>): void {}
  failed(..._: Parameters<InputObserver['failed']>): void {}
  releasing(..._: Parameters<InputObserver['releasing']>): void {}
  changed(..._: Parameters<InputObserver['changed']>): void {}
  pushed(..._: Parameters<InputObserver['pushed']>): void {}
  written(..._: Parameters<InputObserver['written']>): void {}
  broadcasting(..._: Parameters<InputObserver['broadcasting']>): void {}
  hibernatingInactive(): void {}
  thresholdSet(..._: Parameters<InputObserver['thresholdSet']>): void {}
  noSlot(..._: Parameters<InputObserver['noSlot']>): void {}
  hadNoSlot(..._: Parameters<InputObserver['hadNoSlot']>): boolean {
    return false;
  }
  notWoken(..._: Parameters<InputObserver['notWoken']>): void {}
  limited(..._: Parameters<InputObserver['limited']>): void {}
  shared(..._: Parameters<InputObserver['shared']>): void {}
  batchSized(..._: Parameters<InputObserver['batchSized']>): void {}
  draining(): void {}
  drained(..._: Parameters<InputObserver['drained']>): void {}
  ticking(..._: Parameters<InputObserver['ticking']>): void {}
  settling(): void {}
  ticked(..._: Parameters<InputObserver['ticked']>): void {}
  interrupted(..._: Parameters<InputObserver['interrupted']>): void {}
  stopped(): void {}
}
