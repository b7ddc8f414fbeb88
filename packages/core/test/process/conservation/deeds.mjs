import { herald, Order, trader } from './behavior.mjs';

/** Accounts that the host creates sessions for, and those that sessions spawn. */
const FIRST_ACCOUNT = 10_000;
const FIRST_SPAWNED = 50_000;
const SPAWNED = 32;
const MAPS = 6;
const GROUPS = 5;
/** Of those that are there, so many are sent packets all the time; the others are idle now and then for more than a minute. */
const BUSY = 24;
const NEVER_THERE = 99_999;
/** Updates in a row in which a session reads nothing. */
export const MOST_NAPPED = 30;
/** What a packet says, and how often. */
const ORDERS = [
  [40, 'hear'],
  [24, 'tell'],
  [8, 'ask'],
  [5, 'arm'],
  [4, 'wakeAt'],
  [5, 'move'],
  [2, 'doze'],
  [2, 'chatter'],
  [3, 'look'],
  [8, 'please'],
  [2, 'spawn'],
  [1, 'leave'],
  [1, 'fail'],
];

function pick(weighted, below) {
  let at = below(weighted.reduce((sum, [weight]) => sum + weight, 0));
  for (const [weight, value] of weighted) {
    if (at < weight) return value;
    at -= weight;
  }
}

/**
 * What a host does, drawn by chance and done to each side alike. What is drawn depends on the seed and on the reference alone. `reach`: accounts are
 * told of others by so many together; 0: of anybody. `isLeft(accountId)`: nothing is done to it at present.
 */
export class Deeds {
  counts = {};
  #below;
  #reference;
  #population;
  #reach;
  #isLeft;
  #deeds;

  constructor({ below, reference, population, reach, isLeft }) {
    this.#below = below;
    this.#reference = reference;
    this.#population = population;
    this.#reach = reach;
    this.#isLeft = isLeft;
    const map = () => below(MAPS);
    const group = () => below(GROUPS);
    this.#deeds = [
      [20, 'push', () => this.#order(this.#anybody()), (side, order) => order && side.push(...order)],
      [12, 'pushAsleep', () => this.#order(this.#sleeper()), (side, order) => order && side.push(...order)],
      [4, 'pushTen', () => this.#sleeper(), (side, id) => id && Array.from({ length: 10 }, (_, i) => side.push(id, Order.hear, i, 0))],
      [1, 'flood', () => this.#anybody(), (side, id) => id && Array.from({ length: 160 }, (_, i) => side.push(id, Order.hear, i, 0))],
      [4, 'pushBatch', () => this.#some(8), (side, ids) => side.pushBatch(ids, Order.hear)],
      [3, 'pushStale', () => below(64), (side, at) => side.pushStale(at)],
      [6, 'hibernate', () => this.#some(4), (side, ids) => side.hibernate(ids)],
      [2, 'hibernateMany', () => this.#some(48), (side, ids) => side.hibernate(ids)],
      [1, 'hibernateAll', () => this.#some(1000), (side, ids) => side.hibernate(ids)],
      [2, 'hibernateInactive', () => 0, (side) => side.manager.hibernateInactiveSessions()],
      [4, 'wake', () => this.#some(3), (side, ids) => side.wake(ids)],
      [1, 'wakeMap', map, (side, number) => side.manager.reactivateSessionsForMap(number)],
      [1, 'wakeGroup', () => 1 + below(GROUPS - 1), (side, number) => side.manager.reactivateSessionsForGroup(number)],
      [6, 'create', () => this.#newcomers(1), (side, born) => this.create(side, born)],
      [4, 'createBatch', () => this.#newcomers(24), (side, born) => this.create(side, born)],
      [2, 'createAgain', () => this.#anybody(), (side, id) => id && side.create([id], {})],
      [4, 'release', () => this.#leavers(1), (side, ids) => side.releaseBatch(ids)],
      [1, 'releaseBatch', () => this.#leavers(20), (side, ids) => side.releaseBatch([...ids, NEVER_THERE])],
      [1, 'broadcast', () => [{ mapId: map(), ...this.#chance({ groupId: group() }) }], (side, told) => this.#broadcast(side, ...told)],
      [1, 'broadcastAwake', () => [{ groupId: group(), wake: false }], (side, told) => this.#broadcast(side, ...told)],
      [6, 'move', () => [this.#anybody(), this.#chance({ mapId: map() }), this.#chance({ groupId: group() })], move],
      [2, 'touch', () => this.#anybody(), (side, id) => id && side.touched(id) && void side.accounts.get(id).handle.touch()],
      [2, 'revive', () => this.#some(64), (side, ids) => ids.map((id) => side.manager.reviveSession(id))],
      [3, 'write', () => [this.#anybody(), below(1000)], (side, [id, name]) => id && this.#write(side, id, name)],
      [12, 'answer', () => this.#oldestAsks(1 + below(4)), (side, keys) => keys.map((key) => side.answer(key))],
    ].map(([weight, name, draw, act]) => [weight, { name, draw, act }]);
  }

  /** Draws a few things to do, has each side do them, and compares what came of it. */
  some(sides, differ) {
    const busy = this.#busyAccount();
    const wanted = [{ name: 'pushBusy', draw: () => this.#order(busy), act: (side, order) => order && side.push(...order) }];
    for (let i = this.#below(4); i > 0; i--) wanted.push(pick(this.#deeds, this.#below));
    for (const { name, draw, act } of wanted) {
      const drawn = draw();
      const outcomes = sides.map((side) => JSON.stringify(act(side, drawn)));
      this.counts[name] = (this.counts[name] ?? 0) + 1;
      if (outcomes[0] !== outcomes[1])
        differ(`${name} ${JSON.stringify(drawn)} came to ${outcomes[0]}, on the reference to ${outcomes[1]}`);
    }
  }

  /** How an account's session is created, wherever and whenever it is. */
  create(side, accountIds) {
    return accountIds.length === 0 ? 0 : side.create(accountIds, optionsOf);
  }

  createAll(side) {
    const accountIds = Array.from({ length: this.#population }, (_, i) => FIRST_ACCOUNT + i);
    return this.create(side, accountIds);
  }

  #chance(options) {
    return this.#below(2) === 0 ? options : {};
  }

  #hostAccount() {
    return FIRST_ACCOUNT + this.#below(this.#population);
  }

  #anybody() {
    for (let tries = 0; tries < 8; tries++) {
      const accountId = this.#below(10) === 0 ? FIRST_SPAWNED + this.#below(SPAWNED) : this.#hostAccount();
      if (this.#reference.accounts.has(accountId) && !this.#isLeft(accountId)) return accountId;
    }
    return undefined;
  }

  #some(count) {
    return [...new Set(Array.from({ length: 1 + this.#below(count) }, () => this.#anybody()))].filter((id) => id !== undefined);
  }

  #sleeper() {
    for (let tries = 0; tries < 8; tries++) {
      const accountId = this.#anybody();
      if (accountId !== undefined && this.#reference.accounts.get(accountId).handle.isAsleep) return accountId;
    }
    return undefined;
  }

  /** Some of few, others every minute. */
  #busyAccount() {
    const minute = Math.floor(this.#reference.tick / 600);
    const accountId = FIRST_ACCOUNT + ((minute * 37 + this.#below(BUSY)) % this.#population);
    return this.#reference.accounts.has(accountId) && !this.#isLeft(accountId) ? accountId : undefined;
  }

  #newcomers(most) {
    return [...new Set(Array.from({ length: 1 + this.#below(most) }, () => this.#hostAccount()))].filter(
      (id) => !this.#reference.accounts.has(id) && !this.#isLeft(id),
    );
  }

  #leavers(most) {
    return this.#some(most).filter((id) => this.#reference.mayGo(id));
  }

  /** `undefined` where there is nobody to be told. */
  #order(accountId) {
    if (accountId === undefined) return undefined;
    const below = this.#below;
    const name = pick(ORDERS, below);
    const opcode = Order[name];
    switch (name) {
      case 'tell':
        return [accountId, opcode, this.#friendOf(accountId), below(12) === 0 ? 90 : 1 + below(3)];
      case 'arm':
        return [accountId, opcode, below(90_000), below(4)];
      case 'wakeAt':
        return [accountId, opcode, below(120_000), 0];
      case 'move':
        return [accountId, opcode, below(MAPS), below(GROUPS)];
      case 'doze':
        return [accountId, opcode, 1 + below(MOST_NAPPED), 0];
      case 'chatter':
        return [accountId, opcode, 1 + below(200), 0];
      case 'please':
        // Those who are idle are everybody's business.
        return [accountId, opcode, below(this.#reach === 0 ? 6 : 5), this.#friendOf(accountId)];
      case 'look':
        return this.#reach === 0 ? [accountId, opcode, 0, 0] : undefined;
      case 'spawn':
        return this.#reach === 0 ? this.#spawn(accountId) : undefined;
      case 'leave':
        return this.#isHerald(accountId) ? [accountId, opcode, 0, 0] : undefined;
      default:
        return [accountId, opcode, below(1000), 0];
    }
  }

  #spawn(accountId) {
    if (!this.#isHerald(accountId)) return undefined;
    const spawned = FIRST_SPAWNED + this.#below(SPAWNED);
    return [accountId, Order.spawn, spawned, 0];
  }

  #isHerald(accountId) {
    return this.#reference.accounts.get(accountId).handle.behavior === herald;
  }

  #friendOf(accountId) {
    const reach = this.#reach;
    if (reach > 0) return accountId - (accountId % reach) + this.#below(reach);
    return this.#below(40) === 0 ? NEVER_THERE : this.#hostAccount();
  }

  #oldestAsks(count) {
    const keys = [];
    for (const key of this.#reference.asks.keys()) {
      if (keys.length === count) break;
      if (!this.#isLeft(Number(key.split(':')[0]))) keys.push(key);
    }
    return keys;
  }

  #broadcast(side, target) {
    const { delivered, full } = side.manager.broadcast(target, 3, new Uint8Array(8));
    side.broadcast += delivered + full;
    return [delivered, full];
  }

  #write(side, accountId, number) {
    const { handle } = side.accounts.get(accountId);
    return side.try(() => {
      handle.state.name = `written ${number}`;
      handle.state.bag.set({ items: [number] });
      return true;
    });
  }
}

/** Asleep or awake. */
function move(side, [accountId, ...changes]) {
  return accountId && side.touched(accountId) && Object.assign(side.accounts.get(accountId).handle, ...changes).groupId;
}

function optionsOf(accountId) {
  return { behavior: accountId % 2 === 0 ? herald : trader, mapId: accountId % MAPS, groupId: accountId % GROUPS };
}

export const SPAWNED_ACCOUNTS = Array.from({ length: SPAWNED }, (_, i) => FIRST_SPAWNED + i);
