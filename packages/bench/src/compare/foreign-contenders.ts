import type { Contender } from './contender.js';

/** As names of arms, and files, have them. */
const NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/**
 * What modules export as CONTENDERS. Throws, naming module and value, where one exports no such list, a name is not in kebab-case, or somebody else has it: `taken` are
 * those of everybody who takes part already.
 */
export async function foreignContenders(modules: readonly string[], taken: readonly string[]): Promise<Contender[]> {
  const names = new Set(taken);
  const contenders: Contender[] = [];
  for (const url of modules) {
    const { CONTENDERS: exported } = (await import(url)) as { readonly CONTENDERS?: unknown };
    if (!Array.isArray(exported)) throw new TypeError(`${url} must export a list CONTENDERS: got ${typeof exported}`);
    for (const contender of exported as readonly Contender[]) {
      const { name } = contender;
      if (typeof name !== 'string' || !NAME.test(name)) throw new RangeError(`a name in ${url} must be in kebab-case: got ${String(name)}`);
      if (names.has(name)) throw new RangeError(`a name in ${url} must be nobody else's: got ${name}`);
      names.add(name);
      contenders.push(contender);
    }
  }
  return contenders;
}
