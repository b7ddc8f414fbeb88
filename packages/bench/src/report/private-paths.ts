/**
 * Paths of one machine, which tell nothing to anybody else and may hold a name: absolute ones of more than one part, those of a home folder, of a drive, and
 * file URLs. What follows a letter, a digit or a colon is none: `updates/tick`, `https://…`.
 */
const PRIVATE_PATH =
  /file:\/\/[^\s'"`)>\]]+|(?<![\w.:/~-])~?\/(?:[\w.@+~-]+\/)+[\w.@+~-]*|(?<![\w~-])~\/[\w.@+~-]+|\b[A-Za-z]:\\[^\s'"`)>\]]+/g;

/** Each such path reduced to its last part. */
export function withoutPaths(text: string): string {
  return text.replace(
    PRIVATE_PATH,
    (path) =>
      `…/${path
        .split(/[\\/]/)
        .filter((part) => part !== '')
        .at(-1)}`,
  );
}

/** The first such path in any string of a parsed JSON value, its keys among them. */
export function privatePathIn(value: unknown): string | undefined {
  let found: string | undefined;
  JSON.stringify(value, (key, each: unknown) => {
    found ??= firstMatch(key) ?? (typeof each === 'string' ? firstMatch(each) : undefined);
    return each;
  });
  return found;
}

/** A parsed JSON value with no such path in any of its strings. */
export function withoutPathsIn<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value), (_key, each: unknown) => (typeof each === 'string' ? withoutPaths(each) : each)) as Value;
}

function firstMatch(text: string): string | undefined {
  return text.match(PRIVATE_PATH)?.[0];
}
