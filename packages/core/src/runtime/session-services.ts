import type { Behavior } from '../behavior.js';
import { DormouseError } from '../errors.js';
import type { Fields } from '../layout/state-layout.js';
import type { Block } from '../memory/block.js';
import type { Answer, LogLevel, Message, Peer, SpawnOptions, TickInfo } from '../session-api.js';
import { Asks } from './asks.js';
import { Mail } from './mail.js';
import { Peers } from './peers.js';
import { nextRandom } from './random.js';
import { Requests } from './requests.js';
import type { RuntimeServices } from './services.js';
import { armPeriod, armTimer, cancelTimer, setWake, takeDueTimer, takeTimer } from './timers.js';

/**
 * All that a session can do beside state and packets. Each method finds the row it is about and hands it on; none of it touches
 * anything but that row, what the host has published, and the block's outbox flag.
 */
export class SessionServices {
  readonly tick: TickInfo;
  $row = 0;
  $block: Block | undefined;
  readonly $services: RuntimeServices;
  readonly $mail: Mail;
  readonly $asks: Asks;
  readonly $requests: Requests;
  readonly $peers: Peers;

  constructor(services: RuntimeServices) {
    this.tick = services.tick;
    this.$services = services;
    this.$mail = new Mail(services);
    this.$asks = new Asks(services, this);
    this.$requests = new Requests(services);
    this.$peers = new Peers(services);
  }

  every(periodMs: number): boolean {
    return armPeriod(this.$attached(), this.$row, this.tick.nowMs, periodMs);
  }

  after(delayMs: number, id = 0): void {
    armTimer(this.$attached(), this.$row, this.tick.nowMs, delayMs, id);
  }

  due(id = 0): boolean {
    return takeTimer(this.$attached(), this.$row, this.tick.nowMs, id);
  }

  takeDue(): number | null {
    return takeDueTimer(this.$attached(), this.$row, this.tick.nowMs);
  }

  cancel(id = 0): boolean {
    return cancelTimer(this.$attached(), this.$row, id);
  }

  wakeAt(atMs: number): void {
    setWake(this.$attached(), this.$row, atMs);
  }

  random(): number {
    return nextRandom(this.$attached(), this.$row, this.$services.seed);
  }

  sendTo(accountId: number, opcode: number, payload?: Uint8Array): boolean {
    return this.$mail.send(this.$attached(), this.$row, accountId, opcode, payload);
  }

  receiveMessage(): Message | null {
    return this.$mail.receive(this.$attached(), this.$row);
  }

  ask(topic: string, value?: unknown): number {
    return this.$asks.ask(this.$attached(), this.$row, topic, value);
  }

  answers<T>(topic: string): Iterable<Answer<T>> {
    return this.$asks.take<T>(this.$attached(), this.$row, topic);
  }

  spawn(accountId: number, init?: unknown, options?: SpawnOptions): boolean {
    return this.$requests.spawn(this.$attached(), this.$row, accountId, init, options);
  }

  releaseSelf(): boolean {
    return this.$requests.releaseSelf(this.$attached(), this.$row);
  }

  setMap(mapId: number): boolean {
    return this.$requests.setMap(this.$attached(), this.$row, mapId);
  }

  setGroup(groupId: number): boolean {
    return this.$requests.setGroup(this.$attached(), this.$row, groupId);
  }

  log(message: string, level?: LogLevel): void {
    this.$requests.log(this.$attached(), this.$row, message, level);
  }

  // biome-ignore lint/suspicious/noExplicitAny: whatever it is created with
  peer(accountId: number, behavior?: Behavior<Fields, any>): Peer<never> | null {
    return this.$peers.find(this.$attached(), this.$row, accountId, behavior);
  }

  // biome-ignore lint/suspicious/noExplicitAny: whatever it is created with
  peers(behavior?: Behavior<Fields, any>): Iterable<Peer<never>> {
    return this.$peers.all(this.$attached(), this.$row, behavior);
  }

  shared<T>(name: string): T {
    this.$attached();
    return this.$peers.shared(name) as T;
  }

  /** The block it points at. Throws `ERR_SESSION_PARKED` when that is none. */
  $attached(): Block {
    if (this.$block !== undefined) return this.$block;
    throw new DormouseError('ERR_SESSION_PARKED', 'a session was used outside the call it was given to: it is dead when the call returns');
  }
}
