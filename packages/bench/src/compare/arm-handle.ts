import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ArmAnswers, ArmReply, RequestOf } from './arm-protocol.js';
import { endChild, remember } from './children.js';

const STDERR_CHARACTERS = 2000;

/** The arm's process is gone, and its message says how it ended. */
export class ProcessEnded extends Error {}

/** The parent's side of a process that has one arm at a time. */
export class ArmProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<string>;
  #isRunning = true;
  #stderr = '';

  constructor() {
    // A group of its own: Ctrl-C at a terminal reaches the parent alone, which ends this one, with all that it may have started.
    this.#child = fork(fileURLToPath(new URL('./arm-process.js', import.meta.url)), {
      detached: true,
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [],
    });
    remember(this.#child);
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_CHARACTERS);
    });
    this.#ended = new Promise((resolve) => {
      this.#child.on('error', (error) => resolve(error.message));
      this.#child.on('close', (code, signal) =>
        resolve(`its process ended with ${signal ?? `exit code ${code}`}${lastError(this.#stderr)}`),
      );
    });
    void this.#ended.then(() => {
      this.#isRunning = false;
    });
  }

  /** False once it has ended, or was ended. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Asks, and gives the answer. Rejects with what the arm threw, with `ProcessEnded`, or that there was no answer in time: then the arm is no use any more. */
  async request<Kind extends keyof ArmAnswers>(request: RequestOf<Kind>, boundMs: number): Promise<ArmAnswers[Kind]> {
    let timer: NodeJS.Timeout | undefined;
    const waiting = new AbortController();
    try {
      const replied = once(this.#child, 'message', { signal: waiting.signal }) as Promise<[ArmReply<Kind>]>;
      // Sent to a process that has ended it is sent to nobody: its end is what is heard of.
      this.#child.send(request, () => {});
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`did not end ${SPOKEN[request.kind]} within ${Math.round(boundMs / 1000)} s`)), boundMs);
      });
      const ended = this.#ended.then((how) => Promise.reject(new ProcessEnded(how)));
      const [reply] = await Promise.race([replied, late, ended]);
      if ('error' in reply) throw new Error(reply.error);
      return reply.answer;
    } finally {
      clearTimeout(timer);
      waiting.abort();
    }
  }

  /** Ends the process at once. */
  kill(): void {
    this.#isRunning = false;
    endChild(this.#child);
  }
}

/** Has arms in one process, one after the other, and in another one where that has ended. */
export class ArmHost {
  #process: ArmProcess | undefined;

  get process(): ArmProcess {
    if (this.#process?.isRunning !== true) this.#process = new ArmProcess();
    return this.#process;
  }

  end(): void {
    this.#process?.kill();
  }
}

const SPOKEN: Readonly<Record<keyof ArmAnswers, string>> = {
  open: 'opening',
  'warm-up': 'warming up',
  round: 'a round',
  finish: 'handing over its sessions',
  resize: 'resizing',
  'lose-thread': 'going on without a thread',
  idle: 'doing nothing',
  close: 'closing',
};

/** The line of its last output that names an error. */
function lastError(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const line = lines.findLast((each) => /Error\b/.test(each)) ?? lines.at(-1);
  return line === undefined ? '' : `: ${line.trim()}`;
}
