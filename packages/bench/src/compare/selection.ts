const MOST_SUGGESTED = 3;

/** Which of the names a list of patterns means: each is a name, a glob with `*` and `?`, or a part of names. In the order of the names; throws what a pattern without any may have meant. */
export function selected(names: readonly string[], patterns: readonly string[]): string[] {
  const chosen = new Set<string>();
  for (const pattern of patterns) {
    const matching = names.filter((name) => matches(name, pattern));
    if (matching.length === 0) throw new RangeError(`nothing matches ${pattern}.${suggestion(pattern, names)}`);
    for (const name of matching) chosen.add(name);
  }
  return names.filter((name) => chosen.has(name));
}

function matches(name: string, pattern: string): boolean {
  if (!/[*?]/.test(pattern)) return name.includes(pattern);
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(name);
}

/** ` Did you mean …?` with the names that are nearest, if any is near. */
function suggestion(pattern: string, names: readonly string[]): string {
  const near = names.map((name) => ({ name, distance: nearest(pattern.toLowerCase(), name.toLowerCase()) }));
  const least = Math.min(...near.map(({ distance }) => distance));
  if (least > Math.max(2, pattern.length * 0.4)) return '';
  return ` Did you mean ${near
    .filter(({ distance }) => distance === least)
    .slice(0, MOST_SUGGESTED)
    .map(({ name }) => name)
    .join(' or ')}?`;
}

/** To the whole name, or to the part of it before the number of threads. */
function nearest(pattern: string, name: string): number {
  return Math.min(distanceOf(pattern, name), distanceOf(pattern, name.replace(/@.*/, '')));
}

/** Levenshtein's: how many letters are to be changed, added or left out. */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(next[j - 1] + 1, row[j] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length];
}
