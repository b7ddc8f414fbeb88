import type { Block } from '../memory/block.js';

export function armPeriod(_block: Block, _row: number, _nowMs: number, _periodMs: number): boolean {
  throw new Error('SKELETON');
}
export function armTimer(_block: Block, _row: number, _nowMs: number, _delayMs: number, _id: number): void {
  throw new Error('SKELETON');
}
export function takeTimer(_block: Block, _row: number, _nowMs: number, _id: number): boolean {
  throw new Error('SKELETON');
}
export function takeDueTimer(_block: Block, _row: number, _nowMs: number): number | null {
  throw new Error('SKELETON');
}
export function cancelTimer(_block: Block, _row: number, _id: number): boolean {
  throw new Error('SKELETON');
}
export function setWakeTime(_block: Block, _row: number, _atMs: number): void {
  throw new Error('SKELETON');
}
