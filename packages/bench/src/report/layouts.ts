import type { ArmDescription } from '../compare/result.js';

/** Where the sessions' state lies, by the form an arm is written in. */
const LAYOUT_OF_FORM: readonly (readonly [pattern: RegExp, layout: string])[] = [
  [/^cloned/, 'objects of the host, cloned to a task and back'],
  [/^sharded/, 'objects that stay in one worker'],
  [/^shared/, 'columns in shared memory'],
  [/^heap/, 'each session an allocation of its own'],
  [/^arena/, 'sessions side by side in memory'],
  [/^soa/, 'columns, eight sessions to a vector'],
];

/** `columns in shared memory, batch form`: what a headline must name beside the arithmetic. */
export function layoutOf({ kind, form, contender }: ArmDescription): string {
  const subject = kind === 'native' ? `${form} ${contender.replace(/^native-/, '')}` : form;
  const layout = LAYOUT_OF_FORM.find(([pattern]) => subject.split(' ').some((word) => pattern.test(word)))?.[1];
  if (kind === 'dormouse') return `columns in shared memory, ${form} form`;
  return layout === undefined ? `${form} form` : `${layout}, ${form} form`;
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
