/**
 * Freezes a value as far as it can be frozen, so that a change that would be lost throws instead: plain objects, arrays, maps and sets.
 * Typed arrays and dates cannot be frozen, and instances of classes may rely on changing. Returns the value.
 */
export function freezeDeep(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (Array.isArray(value)) {
    Object.freeze(value);
    for (let i = 0; i < value.length; i++) freezeDeep(value[i]);
    return value;
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) {
    Object.freeze(value);
    for (const key in value) freezeDeep((value as Record<string, unknown>)[key]);
  } else if (prototype === Map.prototype) {
    Object.freeze(Object.defineProperties(value, NO_CHANGES));
    for (const [key, item] of value as Map<unknown, unknown>) {
      freezeDeep(key);
      freezeDeep(item);
    }
  } else if (prototype === Set.prototype) {
    Object.freeze(Object.defineProperties(value, NO_CHANGES));
    for (const item of value as Set<unknown>) freezeDeep(item);
  }
  return value;
}

function refuse(): never {
  throw new TypeError('a value read from state cannot be changed: use edit');
}

const NO_CHANGES: PropertyDescriptorMap = {
  set: { value: refuse },
  add: { value: refuse },
  delete: { value: refuse },
  clear: { value: refuse },
};

/**
 * A value in the forms that JSON has: maps become objects if all their keys are texts, else lists of pairs; sets and typed arrays become
 * lists, bigints decimal text. The rest is left to JSON itself.
 */
export function jsonOfData(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(jsonOfData);
  if (value instanceof Map) {
    const entries = [...value].map(([key, item]) => [jsonOfData(key), jsonOfData(item)]);
    return [...value.keys()].every((key) => typeof key === 'string') ? objectOf(entries as [string, unknown][]) : entries;
  }
  if (value instanceof Set) return [...value].map(jsonOfData);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    return Array.from(value as unknown as Iterable<number | bigint>, jsonOfData);
  }
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') return value;
  return objectOf(Object.entries(value).map(([key, item]) => [key, jsonOfData(item)]));
}

function objectOf(entries: [string, unknown][]): Record<string, unknown> {
  return Object.fromEntries(entries);
}
