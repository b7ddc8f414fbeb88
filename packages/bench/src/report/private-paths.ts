import { homedir, userInfo } from 'node:os';

/** A part of a path, between separators. */
const PART = String.raw`[^\s/\\'"\x60<>|:;()\[\]{}…]+`;
/** A user's name can have spaces in it; where they are in the last part, nothing tells them from what follows. */
const NAME = String.raw`${PART}(?:(?: ${PART}){1,3}(?=[\\/]))?`;
/** What a path begins with that is all of an argument, or in quotes. */
const START = String.raw`(?:file:|~(?:[a-z_][\w-]*)?[\\/]|[a-z]:[\\/]|\\\\|\/${PART}[\\/]|\.\.[\\/])`;

/**
 * Paths of one machine, which tell nothing to anybody else and may hold a name: file URLs; what is in quotes and begins as a path; all that goes through a folder
 * of homes; absolute ones of more than one part; those of a home folder, of a drive, of another machine; those that lead out of the folder they are seen from. What follows a
 * letter or a digit is none, nor are two slashes behind a colon: `updates/tick`, `https://…`.
 */
const PRIVATE_PATH = new RegExp(
  [
    String.raw`\bfile:\/\/[^\s'"\x60)>\]]+`,
    String.raw`(?<=(['"\x60]))${START}(?:(?!\1).)*(?=\1)`,
    String.raw`(?:\b[a-z]:)?(?:[\\/]${PART})*?[\\/](?:home|users)[\\/]${NAME}(?:[\\/]${PART})*[\\/]?`,
    String.raw`(?<![\p{L}\p{M}\p{N}_./~…%-])(?<!:(?=\/\/))\/${PART}\/(?:${PART}\/)*(?:${PART})?`,
    String.raw`(?<![\p{L}\p{M}\p{N}_/~])~(?:[a-z_][\w-]*)?[\\/]${PART}(?:[\\/]${PART})*`,
    String.raw`(?<![\p{L}\p{M}\p{N}_])[a-z]:[\\/]${PART}(?:[\\/]${PART})*[\\/]?`,
    String.raw`(?<!\\)\\\\${PART}(?:\\${PART})+`,
    String.raw`(?<![\p{L}\p{M}\p{N}_.…-])(?:${PART}[\\/])*?\.\.(?:[\\/]${PART})+`,
  ].join('|'),
  'giu',
);

/** An argument that is one path, behind a flag or not; of a list, one of its items. */
const ARGUMENT = new RegExp(String.raw`^(--?[\w-]+=)?(${START}.*|\/${PART})$`, 'isu');
const BETWEEN_ARGUMENTS = new RegExp(`,(?=${START})`, 'iu');

/** Each such path reduced to its last part, and to nothing where that is a user's. */
export function withoutPaths(text: string): string {
  return text.replace(PRIVATE_PATH, reduced);
}

function reduced(path: string): string {
  const parts = path.split(/[\\/]/).filter((part) => part !== '');
  const isOfHomes = /^(home|users)$/i.test(parts.at(-2) ?? '');
  return isOfHomes ? '…' : `…/${parts.at(-1)}`;
}

/** Of an argument of a command line more is known: its spaces and all else it has belong to the path. */
function withoutPathsInArgument(argument: string): string {
  const items = argument.split(BETWEEN_ARGUMENTS).map((item) => {
    const [, flag = '', path] = ARGUMENT.exec(item) ?? [];
    return path === undefined ? withoutPaths(item) : `${flag}${reduced(path)}`;
  });
  return items.join(',');
}

/** The first such path in any string of a parsed JSON value, its keys among them. */
export function privatePathIn(value: unknown): string | undefined {
  let found: string | undefined;
  changed(value, (text, isArgument) => {
    const path = isArgument && withoutPathsInArgument(text) !== text ? text : text.match(PRIVATE_PATH)?.[0];
    found ??= path;
    return text;
  });
  return found;
}

/** A parsed JSON value with no such path in any of its strings. */
export function withoutPathsIn<Value>(value: Value): Value {
  return changed(value, (text, isArgument) => (isArgument ? withoutPathsInArgument(text) : withoutPaths(text))) as Value;
}

/** The same with what only this machine knows to be private: its user's home, the folder it is in, and the user's name as a part of a path. */
export function withoutThisMachine<Value>(
  value: Value,
  { home, folder, user } = { home: homedir(), folder: process.cwd(), user: userHere() },
): Value {
  const isUser = new RegExp(`(^|[\\\\/=])${literal(user)}(?=[\\\\/]|$)`, 'gu');
  const places = [folder, home].filter((place) => place.length > 1).sort((one, other) => other.length - one.length);
  const known = changed(value, (text, isArgument) => {
    const homely = places.reduce(
      (rest, place) => rest.replace(new RegExp(`(?<![\\p{L}\\p{M}\\p{N}_.-])${literal(place)}(?![\\p{L}\\p{M}\\p{N}_-])`, 'gu'), '~'),
      text,
    );
    return isArgument && user !== '' ? homely.replace(isUser, '$1…') : homely;
  });
  return withoutPathsIn(known as Value);
}

/** Of whom the system does not know a name, it cannot stand in a path. */
function userHere(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

/** A copy with each string, keys among them, as `change` gives it; those of a command line are told apart. */
function changed(value: unknown, change: (text: string, isArgument: boolean) => string, isArgument = false): unknown {
  if (typeof value === 'string') return change(value, isArgument);
  if (Array.isArray(value)) return value.map((each) => changed(each, change, isArgument));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [change(key, false), changed(each, change, key === 'command')]));
}
