import type { AnyBehavior } from '../../behavior.js';
import { DormouseError, shown } from '../../errors.js';
import { hasSameFields, isSameShape, type Shape, type ShapeField, shapeOf } from '../../record/shape.js';

/** Numbers of shapes: 0…254. */
export const MOST_SHAPES = 255;
/** Records of a shape are of no behaviour of this manager. */
export const NO_BEHAVIOR = 0xff;

/** What a record's shape is to the manager that has found it. */
export type Standing =
  /** Read as it is. */
  | { readonly kind: 'current'; readonly behaviorIndex: number }
  /** Read by the behaviour's `migrate`. */
  | { readonly kind: 'older'; readonly behaviorIndex: number }
  /** Not read: `why` says what is the matter. `behaviorIndex`: of the behaviour with its name, or `NO_BEHAVIOR`. */
  | { readonly kind: 'refused'; readonly behaviorIndex: number; readonly why: string };

/**
 * The shapes of the records in a store that outlives the process, by number, and what each is to this manager's behaviours, which are found by their names
 * (decision 0022). Main thread only.
 *
 * A number means one shape as long as the store has a record of it. So the list is noted with the first record of a new shape or before, and a number
 * is given to another shape only at start, when what the store has is known and durable.
 */
export class StoredShapes {
  readonly #current: readonly Shape[];
  readonly #list: (Shape | undefined)[];
  readonly #standings: (Standing | undefined)[];

  /**
   * `note` is what {@link note} gave when the store was last open. Throws `ERR_CONFIG_INVALID` where two behaviours have one name, `ERR_STORE_FILE` for a
   * note that is no list of shapes.
   */
  constructor(store: string, note: string | undefined, behaviors: readonly AnyBehavior[]) {
    requireOwnNames(store, behaviors);
    this.#current = behaviors.map(shapeOf);
    this.#list = note === undefined ? [] : parse(store, note);
    this.#standings = this.#list.map((shape) => shape && standingOf(shape, behaviors));
  }

  /** The shape with this number, if there is one. */
  at(number: number): Shape | undefined {
    return this.#list[number];
  }

  /** Number of the behaviour whose sessions have records of this shape, whether it can read them or not; `NO_BEHAVIOR` if there is none. */
  behaviorOf(number: number): number {
    return this.#standings[number]?.behaviorIndex ?? NO_BEHAVIOR;
  }

  /** Whether records of this shape are read by `migrate`. */
  isOlder(number: number): boolean {
    return this.#standings[number]?.kind === 'older';
  }

  /** Whether the store may have records that are read by `migrate`. */
  get hasOlder(): boolean {
    return this.#list.some((shape, number) => shape !== undefined && this.isOlder(number));
  }

  /** Why records of this shape are refused; undefined: they are not. */
  refusalOf(number: number): string | undefined {
    const standing = this.#standings[number];
    if (standing === undefined) return `its shape, number ${number}, is not in the list of shapes of its store`;
    return standing.kind === 'refused' ? standing.why : undefined;
  }

  /**
   * Gives each behaviour the number of its shape, in `table`, a new one where it has none: a number of no record. `used`: of how many records each number is.
   * Shapes of no record are forgotten. Once, when all heads are known. Throws `ERR_STORE_FILE` when no number is left.
   */
  assign(used: ArrayLike<number>, table: Uint8Array): void {
    const list = this.#list;
    for (let number = 0; number < list.length; number++) if (!(used[number] > 0) && !this.#isCurrent(number)) list[number] = undefined;
    for (const [behaviorIndex, shape] of this.#current.entries()) {
      let number = list.findIndex((candidate) => candidate !== undefined && isSameShape(candidate, shape));
      if (number === -1) {
        number = 0;
        while (number < MOST_SHAPES && (list[number] !== undefined || used[number] > 0)) number++;
        if (number === MOST_SHAPES) throw noneLeft(shape);
        list[number] = shape;
        this.#standings[number] = { kind: 'current', behaviorIndex };
      }
      table[behaviorIndex] = number;
    }
  }

  /** The list as text, for the next time the store is opened. */
  note(): string {
    return JSON.stringify(Array.from(this.#list, (shape) => shape ?? null));
  }

  #isCurrent(number: number): boolean {
    return this.#standings[number]?.kind === 'current';
  }
}

/** What a shape is to behaviours, of which it goes by the name. */
export function standingOf(shape: Shape, behaviors: readonly AnyBehavior[]): Standing {
  const behaviorIndex = behaviors.findIndex(({ name }) => name === shape.name);
  if (behaviorIndex === -1) {
    const known = behaviors.map(({ name }) => name).join(', ');
    return { kind: 'refused', behaviorIndex: NO_BEHAVIOR, why: `behaviour ${shown(shape.name)} is not one of this manager's: ${known}` };
  }
  const behavior = behaviors[behaviorIndex];
  const { version, definition } = behavior;
  const now = shapeOf(behavior);
  const named = `behaviour ${shown(shape.name)}`;
  const refused = (why: string): Standing => ({ kind: 'refused', behaviorIndex, why });
  if (shape.version === version) {
    if (hasSameFields(shape, now)) return { kind: 'current', behaviorIndex };
    return refused(`the state of ${named} has changed and its version, ${version}, has not (${differenceOf(shape, now)}): raise it`);
  }
  if (shape.version > version) return refused(`it was stored by version ${shape.version} of ${named}, which is at version ${version} here`);
  if (definition.migrate !== undefined) return { kind: 'older', behaviorIndex };
  return refused(`it was stored by version ${shape.version} of ${named}, which is at version ${version} and has no migrate`);
}

function requireOwnNames(store: string, behaviors: readonly AnyBehavior[]): void {
  const names = new Set<string>();
  for (const { name } of behaviors) {
    if (names.has(name)) {
      const why = `store ${store} outlives the process, and finds behaviours by their names: two are named ${shown(name)}`;
      throw new DormouseError('ERR_CONFIG_INVALID', why);
    }
    names.add(name);
  }
}

/** What is different first. */
function differenceOf(stored: Shape, now: Shape): string {
  for (const field of stored.fields) {
    const other = now.fields.find(({ name }) => name === field.name);
    if (other === undefined) return `state.${field.name} is not there any more`;
    if (typeOf(field) !== typeOf(other)) return `state.${field.name} was ${typeOf(field)}, and is ${typeOf(other)}`;
  }
  const added = now.fields.find(({ name }) => !stored.fields.some((field) => field.name === name));
  return added === undefined ? 'its fields are in another order' : `state.${added.name} is new`;
}

/** A field's type in words. */
function typeOf({ kind, element, length, hot, published, maxBytes }: ShapeField): string {
  const flags = `${hot ? ', hot' : ''}${published ? ', published' : ''}`;
  if (kind === 'text') return `text(${length}${flags})`;
  if (kind === 'data') return `data(${maxBytes})`;
  return `${kind === 'bool' ? kind : element}${length === undefined ? '' : `[${length}]`}${flags}`;
}

function parse(store: string, note: string): (Shape | undefined)[] {
  let list: unknown;
  try {
    list = JSON.parse(note);
  } catch (cause) {
    throw noList(store, 'it is no JSON', cause);
  }
  if (!Array.isArray(list) || list.length > MOST_SHAPES)
    throw noList(store, `it must be an array of at most ${MOST_SHAPES}: got ${shown(list)}`);
  return list.map((shape: unknown, number) => {
    if (shape === null) return undefined;
    if (!isShape(shape)) throw noList(store, `number ${number} is no shape`);
    return shape;
  });
}

function isShape(value: unknown): value is Shape {
  const { name, version, fields } = (value ?? {}) as Partial<Shape>;
  return typeof name === 'string' && Number.isInteger(version) && Array.isArray(fields) && fields.every(isField);
}

function isField(value: unknown): value is ShapeField {
  const { name, kind, element } = (value ?? {}) as Partial<ShapeField>;
  return typeof name === 'string' && typeof kind === 'string' && typeof element === 'string';
}

function noList(store: string, why: string, cause?: unknown): DormouseError {
  const message = `the list of shapes that store ${store} keeps cannot be read: ${why}`;
  return new DormouseError('ERR_STORE_FILE', message, cause === undefined ? {} : { cause });
}

function noneLeft({ name, version }: Shape): DormouseError {
  return new DormouseError(
    'ERR_STORE_FILE',
    `no number is left for the shape of behaviour ${shown(name)}, version ${version}: its store has records of ${MOST_SHAPES} others. Wake or release old ones`,
  );
}
