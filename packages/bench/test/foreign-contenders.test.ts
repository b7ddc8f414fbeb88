import { describe, expect, it } from 'vitest';
import { foreignContenders } from '../src/compare/foreign-contenders.js';

const module = (text: string): string => `data:text/javascript,${encodeURIComponent(text)}`;
const named = (...names: readonly unknown[]): string =>
  module(`export const CONTENDERS = ${JSON.stringify(names.map((name) => ({ name })))};`);

describe('contenders of modules', () => {
  it('take part in the order of their modules', async () => {
    const found = await foreignContenders([named('mine', 'mine-too'), named('theirs-2')], ['floor']);
    expect(found.map(({ name }) => name)).toEqual(['mine', 'mine-too', 'theirs-2']);
  });

  it.each([
    ['has the name of one that is there already', [named('floor')], "must be nobody else's: got floor"],
    ['has a name twice', [named('mine', 'mine')], "must be nobody else's: got mine"],
    ["has the name of another module's", [named('mine'), named('other', 'mine')], "must be nobody else's: got mine"],
    ['has a name that is none', [named('Mine@2')], 'must be in kebab-case: got Mine@2'],
    ['has a contender without a name', [named(undefined)], 'must be in kebab-case: got undefined'],
    ['exports no list', [module('export const CONTENDER = 1;')], 'must export a list CONTENDERS: got undefined'],
  ])('are refused, and the module is named, where it %s', async (_, modules, message) => {
    const refusal = foreignContenders(modules, ['floor']);
    await expect(refusal).rejects.toThrow(message);
    await expect(refusal).rejects.toThrow(modules[modules.length - 1]);
  });
});
