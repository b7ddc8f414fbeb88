/** See `model.mjs`. */
export class Model {
  readonly counts: Record<
    'stored' | 'checkpoints' | 'back' | 'asleep' | 'exact' | 'digests' | 'lost' | 'corrupt' | 'never' | 'older' | 'errors',
    number
  >;
  readonly notes: readonly string[];
  hear(line: object): void;
  compare(lines: readonly object[]): void;
}
