import { defineBehavior } from '@dormouse/core/behavior';
import { type Bot, type BotState, CORNERS, state } from './bot-state.js';
import { type Point, WalkableGround } from './ground.js';
import { hearGreetings, LOOK, LOOK_MS, lookAround, speakToAFriend, stayInRegion } from './meeting.js';
import { ARRIVAL, CALL, MEETING, PLACE_BYTES, POSITION, RESTING, TURN } from './packets.js';
import { LANDMARKS } from './places.js';
import { loadMaungaWhau, type Terrain, walkingSpeed } from './terrain.js';

/** Ground is taken as an even slope over this length, in metres: half a cell of the data. */
const STRIDE = 5;
/** Rests last 10 s to 2 min, in walker's time. */
const SHORTEST_REST_MS = 10_000;
const LONGEST_REST_MS = 120_000;
/** A walking bot reports its place this often, in ticks' time. */
const REPORT_MS = 1000;
/** So many of a hundred ways lead to a landmark, give or take some metres; the others to anywhere. */
const TO_LANDMARK_PERCENT = 65;
const SCATTER_METRES = 40;
/** A place nobody can reach is given up and another tried after this. */
const RETRY_MS = 5000;
/** A walking bot speaks to an acquaintance each time that it has looked around so often. */
const LOOKS_A_WORD = 8;

/** What a bot is created with. */
export interface BotInit {
  readonly timeLapse: number;
}

// Read-only after setup(), and the same in each thread: all that sessions share.
let terrain: Terrain;
let ground: WalkableGround;

/** The ground this thread's bots walk on, once `setup` has run. */
export function walkableGround(): WalkableGround {
  return ground;
}

/**
 * A walker on Maunga Whau: picks a place, asks the navmesh for the way, walks it at the pace the slope allows, rests, goes on.
 * On its way it greets whom it meets, and remembers them. When it rests it looks around once more, and dozes off: the host may put it to sleep,
 * until it goes on, is called or spoken to, or somebody comes by. What it does is decided by seed, account id, ticks and the calls it gets.
 */
export default defineBehavior(import.meta.url, {
  name: 'walker',
  state,

  async setup() {
    terrain = loadMaungaWhau();
    ground = await WalkableGround.of(terrain);
  },

  create(session, init: BotInit | undefined) {
    const bot = session.state;
    bot.timeLapse = init?.timeLapse ?? 1;
    const place = randomPlace(session);
    if (place === undefined) throw new Error('Maunga Whau has no walkable ground where it should');
    moveTo(bot, place.x, place.z);
    // Not all at once: asking for ways is most of the work.
    restFor(session, LONGEST_REST_MS * session.random());
    bot.reportMs = REPORT_MS * session.random();
    session.after(LOOK_MS * session.random(), LOOK);
  },

  update(session, diffMs) {
    const bot = session.state;
    for (let packet = session.receive(); packet !== null; packet = session.receive()) {
      if (packet.opcode === CALL) setOut(session, ground.nearest(packet.f32(0), packet.f32(4)));
    }
    if (bot.walking) {
      walk(session, (diffMs * bot.timeLapse) / 1000);
      bot.reportMs -= diffMs;
      if (bot.reportMs <= 0) {
        bot.reportMs += REPORT_MS;
        if (bot.walking) report(session, POSITION);
      }
    } else if (session.tick.nowMs >= bot.restEndMs) {
      setOut(session, randomGoal(session));
    } else if (bot.dozing) {
      // Somebody has woken it, or it was never put to sleep.
      bot.dozing = false;
      session.after(LOOK_MS, LOOK);
    }
    stayInRegion(session);
    hearGreetings(session);
    if (session.due(LOOK)) look(session);
  },
});

/** Looks around; then, if it walks, goes on looking, and if it rests, dozes off: nothing is due before it goes on. */
function look(session: Bot): void {
  const bot = session.state;
  for (let met = lookAround(session); met > 0; met--) report(session, MEETING);
  bot.looks += 1;
  if (bot.walking) {
    if (bot.looks % LOOKS_A_WORD === 0) speakToAFriend(session);
    session.after(LOOK_MS, LOOK);
    return;
  }
  bot.dozing = true;
  session.wakeAt(bot.restEndMs);
  report(session, RESTING);
}

function restFor(session: Bot, walkersMs: number): void {
  const bot = session.state;
  bot.restEndMs = session.tick.nowMs + walkersMs / bot.timeLapse;
}

/** Asks for the way to a place and starts walking; without a way, rests a little and tries another place then. */
function setOut(session: Bot, place: Point | undefined): void {
  const bot = session.state;
  // Dozing bots do not look around.
  if (bot.dozing) session.after(LOOK_MS, LOOK);
  bot.dozing = false;
  session.wakeAt(Number.POSITIVE_INFINITY);
  const way = place === undefined ? [] : ground.path(bot, place);
  bot.walking = place !== undefined && way.length > 0;
  if (!bot.walking || place === undefined) {
    restFor(session, RETRY_MS);
    return;
  }
  bot.goalX = place.x;
  bot.goalZ = place.z;
  bot.staged = way.length > CORNERS;
  bot.cornerNext = 0;
  bot.cornerCount = Math.min(way.length, CORNERS);
  for (let corner = 0; corner < bot.cornerCount; corner++) {
    bot.corners.set(corner * 2, way[corner].x);
    bot.corners.set(corner * 2 + 1, way[corner].z);
  }
}

/** Walks for so many seconds, a stride at a time, each at the speed its slope allows. */
function walk(session: Bot, seconds: number): void {
  const bot = session.state;
  let left = seconds;
  while (left > 1e-9 && bot.walking) {
    const corner = bot.cornerNext * 2;
    const dx = bot.corners.get(corner) - bot.x;
    const dz = bot.corners.get(corner + 1) - bot.z;
    const distance = Math.hypot(dx, dz);
    if (distance < 0.01) {
      passCorner(session);
      continue;
    }
    const stride = Math.min(distance, STRIDE);
    const share = stride / distance;
    const speed = walkingSpeed((terrain.heightAt(bot.x + dx * share, bot.z + dz * share) - bot.y) / stride);
    const step = Math.min(stride, speed * left);
    left -= step / speed;
    bot.walked += step;
    moveTo(bot, bot.x + (dx * step) / distance, bot.z + (dz * step) / distance);
  }
}

/** At a corner of the way: turn, ask for the next stage, or arrive and rest. */
function passCorner(session: Bot): void {
  const bot = session.state;
  bot.cornerNext++;
  if (bot.cornerNext < bot.cornerCount) {
    report(session, TURN);
    return;
  }
  if (bot.staged) {
    setOut(session, { x: bot.goalX, z: bot.goalZ });
    return;
  }
  bot.walking = false;
  restFor(session, SHORTEST_REST_MS + (LONGEST_REST_MS - SHORTEST_REST_MS) * session.random());
  session.after(0, LOOK);
  report(session, ARRIVAL);
}

function moveTo(bot: BotState, x: number, z: number): void {
  bot.x = x;
  bot.z = z;
  bot.y = terrain.heightAt(bot.x, bot.z);
}

/** A full ring loses a report: the next one says the same, newer. */
function report(session: Bot, opcode: number): void {
  const packet = session.claim(opcode, PLACE_BYTES);
  if (packet === null) return;
  packet.setF32(0, session.state.x);
  packet.setF32(4, session.state.y);
  packet.setF32(8, session.state.z);
}

/** Where to next: a landmark's surroundings or anywhere. */
function randomGoal(session: Bot): Point | undefined {
  if (session.random() * 100 >= TO_LANDMARK_PERCENT) return randomPlace(session);
  const landmark = LANDMARKS[Math.floor(session.random() * LANDMARKS.length)];
  const aside = () => (session.random() + session.random() - 1) * SCATTER_METRES;
  const x = landmark.x + aside();
  return ground.nearest(x, landmark.z + aside());
}

function randomPlace(session: Bot): Point | undefined {
  const x = terrain.width * session.random();
  return ground.nearest(x, terrain.depth * session.random());
}
