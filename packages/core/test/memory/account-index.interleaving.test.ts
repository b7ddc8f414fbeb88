import { describe, expect, it } from 'vitest';
import type { AccountIndex } from '../../src/memory/account-index.js';
import { accountsInSubmap } from './index-accounts.js';
import { explore, makeScene, type Scene, withoutVersion } from './index-stage.js';

// Accounts of one submap that all want entry 30 of 32: their chain runs around the end.
const [a, b, c, d, absent, late] = accountsInSubmap(7, 6, (home) => home === 30);

function chain(index: AccountIndex): void {
  for (const [i, account] of [a, b, c, d].entries()) index.insert(account, 100 + i);
}

const insertion = () => makeScene([a, d, late, absent], chain, [(index) => index.insert(late, 200)]);
const deletion = () => makeScene([a, b, c, d, absent], chain, [(index) => index.delete(a)]);
const deletionAtTheEnd = () => makeScene([a, d, absent], chain, [(index) => index.delete(d)]);
const moving = () => makeScene([a, b, absent], chain, [(index) => index.move(b, 201)]);
const comingBack = () => makeScene([a, b, d], chain, [(index) => index.delete(b), (index) => index.insert(b, 202)]);
const replacing = () => makeScene([a, late], chain, [(index) => index.delete(a), (index) => index.insert(late, 100)]);

function doubling(): Scene {
  // Of 32 entries 28 may be in use.
  const many = accountsInSubmap(7, 29);
  const asked = [many[0], many[13], many[27], many[28]];
  return makeScene(
    asked,
    (index) => {
      for (const [i, account] of many.slice(0, 28).entries()) index.insert(account, i);
    },
    [(index) => index.insert(many[28], 28)],
  );
}

describe('whatever the order of its loads and the writer’s stores, a reader gets the old answer or the new one', () => {
  it.each([
    ['while an account is inserted', insertion],
    ['while an account is deleted and a chain shifts back around the end', deletion],
    ['while the last account of a chain is deleted', deletionAtTheEnd],
    ['while an account moves to another slot', moving],
    ['while an account is deleted and comes back (or finds it gone)', comingBack],
    ['while an account gives its entry to another', replacing],
  ])('%s', (_, scene) => {
    const { tried, wrong } = explore(scene(), 2);
    expect(tried).toBeGreaterThan(10);
    expect(wrong).toBe(0);
  });

  it('while its submap doubles', () => {
    const scene = doubling();
    expect(scene.steps.length).toBeGreaterThan(64);
    expect(explore(scene, 1).wrong).toBe(0);
  });
});

describe('the exploration finds what it is for: without the version there are wrong answers', () => {
  it.each([
    ['a deletion that shifts a chain', deletion],
    ['an account that gives its entry to another', replacing],
    ['a doubling', doubling],
  ])('in %s', (_, scene) => {
    expect(explore(withoutVersion(scene()), 1).wrong).toBeGreaterThan(0);
  });
});
