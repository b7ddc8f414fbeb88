/** Tells the first place where a value of a parsed JSON file is not what is described, or undefined. `place` is how that value is named. */
export type Check = (value: unknown, place: string) => string | undefined;

/** A check for every field that an object of this type has, so that a new field in the type does not compile until it is described. */
export type Fields<Type> = { readonly [Key in keyof Type]-?: Check };

const must =
  (holds: (value: unknown) => boolean, what: string): Check =>
  (value, place) =>
    holds(value) ? undefined : `${place} must be ${what}: got ${shown(value)}`;

export const text = must((value) => typeof value === 'string', 'a string');
export const flag = must((value) => typeof value === 'boolean', 'true or false');
export const number = must((value) => Number.isFinite(value), 'a number');
export const amount = must((value) => Number.isFinite(value) && (value as number) >= 0, 'a number that is not negative');
export const count = must((value) => Number.isSafeInteger(value) && (value as number) >= 0, 'an integer that is not negative');

export const oneOf = (...allowed: readonly unknown[]): Check => must((value) => allowed.includes(value), `one of ${allowed.join(', ')}`);

export const matching = (pattern: RegExp, what: string): Check => must((value) => typeof value === 'string' && pattern.test(value), what);

export const orNull =
  (check: Check): Check =>
  (value, place) =>
    value === null ? undefined : check(value, place);

/** Of a field that may not be there. */
export const optional =
  (check: Check): Check =>
  (value, place) =>
    value === undefined ? undefined : check(value, place);

export const listOf =
  (check: Check): Check =>
  (value, place) => {
    if (!Array.isArray(value)) return `${place} must be a list: got ${shown(value)}`;
    return firstOf(value.entries(), ([index, each]) => check(each, `${place}[${index}]`));
  };

export const recordOf =
  (check: Check): Check =>
  (value, place) =>
    isRecord(value)
      ? firstOf(Object.entries(value), ([key, each]) => check(each, `${place}.${key}`))
      : `${place} must be an object: got ${shown(value)}`;

/** Fields that are not described are refused: what nobody reads could say anything. */
export const objectOf =
  <Type>(fields: Fields<Type>): Check =>
  (value, place) => {
    if (!isRecord(value)) return `${place} must be an object: got ${shown(value)}`;
    const stray = Object.keys(value).find((key) => !(key in fields));
    if (stray !== undefined) return `${place} must have no field ${stray}`;
    return firstOf(Object.entries<Check>(fields), ([key, check]) => check(value[key], `${place}.${key}`));
  };

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function firstOf<Item>(items: Iterable<Item>, complaintOf: (item: Item) => string | undefined): string | undefined {
  for (const item of items) {
    const complaint = complaintOf(item);
    if (complaint !== undefined) return complaint;
  }
  return undefined;
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 80);
}
