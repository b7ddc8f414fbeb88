import { type ChildProcess, execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Flags of the native program, by name: packages/bench/native/README.md says what each does. */
export type NativeFlags = Readonly<Record<string, string | number>>;

/** Times of the phases of a tick, µs. */
export interface NativeTimes {
  readonly median: number;
  readonly p99: number;
  readonly max: number;
  readonly mean: number;
}

/** What `--mode update` prints, as far as it is read here. */
export interface NativeReport {
  /** Program, oneTBB, compiler, and whether there are columns. */
  readonly version: string;
  readonly ticks: number;
  /** The batches alone. */
  readonly updateUs: NativeTimes;
  /** Everything. */
  readonly tickUs: NativeTimes;
  /** Of each timed tick, in order: with `--every-tick yes`. */
  readonly everyTickUs?: readonly number[];
  readonly nsPerSessionUpdate: number;
  readonly cpuUsPerTick: number;
  /** -1 where the system does not tell. */
  readonly rssAfterTicksKiB: number;
  readonly updates: number;
  readonly packetsIn: number;
  readonly packetsOut: number;
  /** Taken from outbound rings, by the program's own driver. */
  readonly packetsTaken: number;
  /** 8 hexadecimal digits. */
  readonly egressSum: string;
  /** 8 hexadecimal digits. */
  readonly checksum: string;
}

const PATIENCE_MS = 120_000;
const VERSION_PATIENCE_MS = 10_000;

/** Runs the program once, a process of its own. Rejects with what it says where it refuses, and if it has not ended after two minutes; then it is ended. */
export function runNativeProgram(program: string, flags: NativeFlags, onStart?: (child: ChildProcess) => void): Promise<NativeReport> {
  const words = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return new Promise((resolve, reject) => {
    const child = execFile(program, [...words, '--json'], { timeout: PATIENCE_MS, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout) as NativeReport);
      else if (error.killed) reject(new Error(`${program} has not ended within ${PATIENCE_MS / 1000} s`));
      else reject(new Error(stderr.trim() || error.message));
    });
    onStart?.(child);
  });
}

/** What a program says of itself in one line: its version, oneTBB's, the compiler's, and whether it has columns. */
export async function nativeVersion(program: string): Promise<string> {
  const { stdout } = await promisify(execFile)(program, ['--version'], { timeout: VERSION_PATIENCE_MS, killSignal: 'SIGKILL' });
  return stdout.trim();
}

/** True if the program has columns and AVX2, and they run on this machine. */
export async function hasColumns(program: string): Promise<boolean> {
  try {
    await runNativeProgram(program, { workload: 'W1', sessions: 64, ticks: 10, scheduler: 'serial', layout: 'soa' });
    return true;
  } catch {
    return false;
  }
}
