import { type Block, heading, list, paragraph, table } from './page.js';

/** What no checksum shows: the arms compute the same, and do not promise the same. */
export function promisesSection(): Block[] {
  return [
    heading('What they do not do alike'),
    paragraph(
      'Equal checksums say that the same was computed. They do not say that the same was promised. A form written by hand is faster also by what it leaves out; whoever needs that has yet to write it.',
    ),
    table(
      ['', 'Dormouse', 'by hand, shared memory', 'by hand, cloned or sharded', 'one thread', 'native'],
      [
        [
          'a session throws',
          'named and put aside; the others go on',
          'its task rejects, the tick is half done',
          'its task rejects, the tick is half done',
          'the tick is half done',
          'not handled',
        ],
        [
          'a session ends its thread, or never returns',
          'named, the thread replaced, the tick completed',
          'what the library does: see above; one that never returns hangs the tick',
          'the same; sharded: the state in that thread is gone',
          'takes the process',
          'takes the process',
        ],
        [
          'sessions come and go',
          'by account, with handles that go stale',
          'a fixed number',
          'a fixed number',
          'bitECS: yes; else a fixed number',
          'yes',
        ],
        [
          'packets',
          'of any length, in order; full rings are counted',
          'room for one each way',
          'cloned: with the task; sharded: a buffer a thread',
          'of any length, in order',
          'of any length, in order; full rings are counted',
        ],
        [
          'sleep',
          'state stored elsewhere, rings given back; woken by a packet',
          'skipped, memory kept',
          'skipped, memory kept',
          'skipped, state stays in its place; side by side its memory is kept, each an allocation its rings are freed; woken by a packet',
        ],
        [
          'who runs a session',
          'any thread, the same result to the bit',
          'any thread',
          'cloned: any; sharded: one for ever',
          'the one thread',
          'any thread',
        ],
        [
          'count and time of a session’s updates',
          'derived from the number of the tick, in W0 too, where nothing else says that an update was made',
          'written by each update',
          'written by each update',
          'written by each update',
          'written by each update',
        ],
        ['objects in a session', '`data` fields: bytes at rest', 'none', 'any', 'any', 'any'],
        ['record, replay, digests, metrics', 'there', 'to be written', 'to be written', 'to be written', 'not there'],
      ],
    ),
    heading('Known gaps'),
    list([
      'One process, one machine at a time: nothing here says how a pool behaves in containers with a share of a core, or across NUMA nodes.',
      'Ticks run back to back. At ten ticks a second a sleeping thread takes longer to wake; `dormouse-bench dispatch` measures that for empty ticks.',
      'Sessions do not talk to each other in W0 to W8, and nothing is stored: messages, peers, asks and checkpoints have figures of their own, and no peers to compare with.',
      'A pool library’s own strengths (queues, priorities, abort signals, statistics) are not used by any workload here.',
      'The authors of Dormouse wrote all arms. Each has its justification below; a faster way to write one is a change of one file.',
    ]),
  ];
}
