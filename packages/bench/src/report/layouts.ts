import type { ComparedWorkload } from '../compare/contender.js';
import type { ArmDescription } from '../compare/result.js';

/** Where the sessions' state lies, by the name of a contender. The first that fits is told. */
const LAYOUTS: readonly (readonly [pattern: RegExp, layout: string])[] = [
  [/^dormouse-|^raw-/, 'columns in shared memory'],
  [/^native-heap-map/, 'each session an allocation, collected from a map'],
  [/^native-arena/, 'sessions side by side, an ordered list'],
  [/^native-soa/, 'columns, eight sessions to a vector'],
  [/^plain-objects/, 'objects on the heap'],
  [/^bitecs/, 'components in typed arrays'],
  [/^floor/, 'columns'],
  [/-cloned\b/, 'objects of the host, cloned to a task and back'],
  [/-sharded\b/, 'objects that stay in one worker'],
  [/-shared\b/, 'columns in shared memory'],
];

/** What differs from them in W5, whose maps, lists and strings have no columns of their own. */
const LAYOUTS_OF_W5: typeof LAYOUTS = [
  [/^dormouse-.*-columns/, 'columns in shared memory, strings made when they are read'],
  [/^(dormouse|raw-resident)-/, 'data fields, bytes in shared memory'],
  [/^(bitecs|floor)/, 'objects on the heap'],
];

/** `columns in shared memory, batch form`: what a headline must name beside the arithmetic. */
export function layoutOf({ form, contender }: ArmDescription, workload?: ComparedWorkload): string {
  const layouts = workload === 'W5' ? [...LAYOUTS_OF_W5, ...LAYOUTS] : LAYOUTS;
  const layout = layouts.find(([pattern]) => pattern.test(contender))?.[1];
  return layout === undefined || layout === form ? `${form} form` : `${layout}, ${form} form`;
}

export const KIND_TITLES: Readonly<Record<ArmDescription['kind'], string>> = {
  dormouse: 'Dormouse',
  'by-hand': 'Pool libraries, by hand',
  control: 'Controls',
  native: 'Native, C++',
};

export const KINDS = Object.keys(KIND_TITLES) as ArmDescription['kind'][];

/** `1 thread`: that run sessions. */
export const threadsOf = ({ participants }: ArmDescription): string => (participants === 1 ? '1 thread' : `${participants} threads`);
