import { ArmDriver } from './arm-driver.js';
import type { ArmAnswers, ArmReply, ArmRequest } from './arm-protocol.js';
import type { Contender } from './contender.js';
import { CONTENDERS } from './contenders/index.js';

/** A module that has contenders too. */
interface ContenderModule {
  readonly CONTENDERS: readonly Contender[];
}

let driver: ArmDriver | undefined;

/** The arm that is open. */
function opened(): ArmDriver {
  if (driver === undefined) throw new Error('no arm is open');
  return driver;
}

async function contenderOf(name: string, modules: readonly string[]): Promise<Contender> {
  const loaded = await Promise.all(modules.map((url) => import(url) as Promise<ContenderModule>));
  const found = [...CONTENDERS, ...loaded.flatMap((module) => module.CONTENDERS)].find((contender) => contender.name === name);
  if (found === undefined) throw new RangeError(`no contender has the name ${name}`);
  return found;
}

async function answer(request: ArmRequest): Promise<ArmAnswers[keyof ArmAnswers]> {
  switch (request.kind) {
    case 'open':
      driver = await ArmDriver.open(await contenderOf(request.contender, request.modules), request.setup);
      return driver.opened;
    case 'warm-up':
      return opened().warmUp(request.forMs, request.leastTicks, request.mostTicks);
    case 'round':
      return opened().round(request.ticks, request.leadTicks);
    case 'finish':
      return opened().finish();
    case 'resize':
      return opened().resize(request.workers);
    case 'lose-thread':
      return opened().loseThread(request.boundMs);
    case 'idle':
      return opened().idle(request.forMs);
    case 'close': {
      const closed = await opened().close();
      driver = undefined;
      return closed;
    }
  }
}

async function reply(request: ArmRequest): Promise<void> {
  let message: ArmReply;
  try {
    message = { kind: request.kind, answer: await answer(request) } as ArmReply;
  } catch (error) {
    message = { kind: request.kind, error: error instanceof Error ? error.message : String(error) };
  }
  process.send?.(message);
}

process.on('message', (request: ArmRequest) => void reply(request));
// Whoever asked is gone, however it ended: nobody is left behind.
process.on('disconnect', () => process.exit());
