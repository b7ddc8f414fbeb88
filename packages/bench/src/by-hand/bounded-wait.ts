/** How long a library may take to close itself, or to answer for a thread that is gone, ms: some never do. */
const PATIENCE_MS = 2000;

/** Resolves when `work` has come to its end, whichever, or after two seconds. */
export async function settledInTime(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS);
  });
  await Promise.race([work.catch(() => {}), tooLong]);
  clearTimeout(timer);
}

/**
 * Resolves when all tasks of a tick are done. Where one fails it rejects with the reason, and not before the others have ended: a thread that is still at
 * its own would write beside those of the next tick. One that has not answered two seconds later is gone, and writes no more.
 */
export async function allDone<Answer>(tasks: readonly Promise<Answer>[]): Promise<Answer[]> {
  try {
    return await Promise.all(tasks);
  } catch (error) {
    await settledInTime(Promise.allSettled(tasks));
    throw error;
  }
}
