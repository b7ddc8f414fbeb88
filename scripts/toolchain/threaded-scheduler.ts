import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { IScheduler, SchedulerHost } from '@dormouse/core';
import { type ThreadError, unpackError } from '@dormouse/core/worker';
import { inlineScheduler } from '@dormouse/scheduler-inline';

interface Found {
  readonly name: string;
  readonly state: object;
}

/** The inline scheduler with a thread beside it, which finds the behaviours as those of a parallel scheduler do, and calls one. */
export function threadedScheduler(): { readonly scheduler: IScheduler; readonly found: Found[] } {
  const inline = inlineScheduler();
  const found: Found[] = [];
  const scheduler: IScheduler = {
    contractVersion: inline.contractVersion,
    name: 'threaded',
    supports: { workers: true, resize: false, callerParticipates: true },
    async start(host: SchedulerHost) {
      await inline.start(host);
      await host.checkBehaviors();
      found.push(await foundInThread(host));
    },
    parallelFor: (batchCount, epoch) => inline.parallelFor(batchCount, epoch),
    resize: (workerThreads) => inline.resize(workerThreads),
    stop: () => inline.stop(),
    stats: () => inline.stats(),
  };
  return { scheduler, found };
}

async function foundInThread({ behaviors, workerSetup }: SchedulerHost): Promise<Found> {
  const worker = new Worker(pathToFileURL('thread.mjs'), { workerData: { behaviors, workerSetup } });
  try {
    const news = await new Promise<Found | { readonly error: ThreadError }>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', (code) => reject(new Error(`the thread ended with code ${code}`)));
    });
    if ('error' in news) throw unpackError(news.error);
    return news;
  } finally {
    await worker.terminate();
  }
}
