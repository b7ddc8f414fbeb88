import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ArmAnswers, ArmReply, ArmRequest } from './arm-protocol.js';

const STDERR_CHARACTERS = 2000;

/** All that run, so that none is left behind. */
const running = new Set<ArmProcess>();

/** Ends every arm's process at once. */
export function endArmProcesses(): void {
  for (const arm of running) arm.kill();
}

/** The parent's side of a process that has one arm at a time. */
export class ArmProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<string>;
  #stderr = '';

  constructor() {
    // A group of its own: Ctrl-C at a terminal reaches the parent alone, which ends it, with all that it may have started.
    this.#child = fork(fileURLToPath(new URL('./arm-process.js', import.meta.url)), {
      detached: true,
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [],
    });
    running.add(this);
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_CHARACTERS);
    });
    this.#ended = new Promise((resolve) => {
      this.#child.on('error', (error) => resolve(error.message));
      this.#child.on('close', (code, signal) =>
        resolve(`its process ended with ${signal ?? `exit code ${code}`}${lastError(this.#stderr)}`),
      );
    });
    void this.#ended.then(() => running.delete(this));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Asks, and gives the answer. Rejects with what the arm threw, that its process ended, or, having killed it, that there was no answer in time. */
  async request<Kind extends keyof ArmAnswers>(request: ArmRequest & { kind: Kind }, boundMs: number): Promise<ArmAnswers[Kind]> {
    let timer: NodeJS.Timeout | undefined;
    const waiting = new AbortController();
    try {
      const replied = once(this.#child, 'message', { signal: waiting.signal }) as Promise<[ArmReply<Kind>]>;
      // Sent to a process that has ended is sent to nobody: its end is what is heard of.
      this.#child.send(request, () => {});
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`did not end ${SPOKEN[request.kind]} within ${Math.round(boundMs / 1000)} s`)), boundMs);
      });
      const ended = this.#ended.then((how) => Promise.reject(new Error(how)));
      const [reply] = await Promise.race([replied, late, ended]);
      if ('error' in reply) throw new Error(reply.error);
      return reply.answer;
    } finally {
      clearTimeout(timer);
      waiting.abort();
    }
  }

  /** Closes the arm, if it does that in time, and ends the process in any case. */
  async close(boundMs: number): Promise<void> {
    try {
      await this.request({ kind: 'close' }, boundMs);
    } finally {
      this.kill();
      await this.#ended;
    }
  }

  /** Ends the process, and what it may have started, at once. */
  kill(): void {
    const { pid } = this.#child;
    if (pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      this.#child.kill('SIGKILL');
    }
  }

  /** Resolves with how it ended. */
  get ended(): Promise<string> {
    return this.#ended;
  }
}

const SPOKEN: Readonly<Record<keyof ArmAnswers, string>> = {
  open: 'opening',
  'warm-up': 'warming up',
  round: 'a round',
  finish: 'handing over its sessions',
  resize: 'resizing',
  'kill-thread': 'losing a thread',
  idle: 'doing nothing',
  close: 'closing',
};

/** The line of its last output that names an error. */
function lastError(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const line = lines.findLast((each) => /Error\b/.test(each)) ?? lines.at(-1);
  return line === undefined ? '' : `: ${line.trim()}`;
}
