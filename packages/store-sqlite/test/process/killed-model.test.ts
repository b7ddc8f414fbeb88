import { describe, expect, it } from 'vitest';
import { faultOf, fieldsOf } from './killed/behavior.mjs';
import { Model } from './killed/model.mjs';

const AWAKE = { status: 'active', updates: 5, packetsIn: 2, mapId: 0, groupId: 0 };
const ASLEEP = { ...AWAKE, status: 'hibernated' };
const created = (accountId: number, salt: number) => ({ what: 'created', accountId, salt });
const stored = (accountId: number, salt: number, more = {}) => ({ what: 'stored', accountId, salt, ...ASLEEP, ...more });
const checkpoint = (id: number, list: object[]) => ({ what: 'checkpoint', id, list, digest: 'd1' });
const checkpointed = (id: number) => ({ what: 'checkpointed', id });
const STILL = { what: 'still' };

/** What the next process tells of these sessions. */
function back(sessions: Record<string, unknown>[], resumed = {}, digest = 'd1') {
  const whole = sessions.map((session) => ({ what: 'back', counted: session.updates, heard: session.packetsIn, ...session }));
  const counts = { asleep: 0, active: sessions.length, quarantined: 0, refused: 0, ...resumed };
  return [{ what: 'resumed', resumed: counts, digest }, ...whole, { what: 'all back' }];
}

function problemsOf(lines: object[], found: object[]) {
  const model = new Model();
  for (const line of lines) model.hear(line);
  model.compare(found);
  const { lost, corrupt, never, older, errors } = model.counts;
  return { lost, corrupt, never, older, errors };
}

const NONE = { lost: 0, corrupt: 0, never: 0, older: 0, errors: 0 };
const LIFE = [created(1, 11), created(2, 22), checkpoint(7, [{ accountId: 1, salt: 11, ...AWAKE }, { accountId: 2, salt: 22, ...AWAKE }]), checkpointed(7)]; // biome-ignore format: one life
const BACK = [{ accountId: 1, salt: 11, ...AWAKE }, { accountId: 2, salt: 22, ...AWAKE }]; // biome-ignore format: as that

describe('what must be there after a kill', () => {
  it('is what was acknowledged, or newer', () => {
    expect(problemsOf(LIFE, back(BACK))).toEqual(NONE);
    const later = { what: 'woken', accountId: 1 };
    expect(problemsOf([...LIFE, later], back([{ ...BACK[0], updates: 9, packetsIn: 3 }, BACK[1]], {}, 'd2'))).toEqual(NONE);
  });

  it('has another digest where anything was done behind the checkpoint, ticks too, of which nothing is told', () => {
    expect(problemsOf(LIFE, back(BACK, {}, 'd2'))).toEqual(NONE);
    expect(problemsOf([...LIFE, STILL], back(BACK))).toEqual(NONE);
  });

  it('need not be who was created since, nor who was released', () => {
    const lines = [...LIFE, created(3, 33), { what: 'released', accountId: 2 }];
    expect(problemsOf(lines, back(BACK.slice(0, 1)))).toEqual(NONE);
    expect(problemsOf(lines, back([...BACK, { accountId: 3, salt: 33, ...AWAKE }]))).toEqual(NONE);
  });

  it('is of those who have been released and created again either, and once the new one is stored that alone', () => {
    const again = [...LIFE, { what: 'released', accountId: 2 }, created(2, 99)];
    expect(problemsOf(again, back(BACK))).toEqual(NONE);
    expect(problemsOf(again, back([BACK[0], { ...BACK[1], salt: 99 }]))).toEqual(NONE);
    const whole = [...again, stored(2, 99)];
    expect(problemsOf(whole, back(BACK))).toEqual({ ...NONE, never: 1 });
    expect(problemsOf(whole, back([BACK[0]]))).toEqual({ ...NONE, lost: 1 });
  });

  it.each<[string, object[], object[], object]>([
    ['somebody who was acknowledged', LIFE, back(BACK.slice(1)), { lost: 1 }],
    ['somebody who was stored asleep', [created(1, 11), stored(1, 11)], back([]), { lost: 1 }],
    ['updates that were acknowledged', LIFE, back([{ ...BACK[0], updates: 4 }, BACK[1]]), { older: 1 }],
    ['packets that were acknowledged', LIFE, back([{ ...BACK[0], packetsIn: 1 }, BACK[1]]), { older: 1 }],
    ['the digest of a still moment', [...LIFE, STILL], back(BACK, {}, 'd2'), { older: 1 }],
  ])('misses nothing of: %s', (_, lines, found, problems) => {
    expect(problemsOf(lines, found)).toEqual({ ...NONE, ...problems });
  });

  it.each<[string, object[], object[], object]>([
    ['asleep and has moved', [created(1, 11), stored(1, 11)], back([{ accountId: 1, salt: 11, ...ASLEEP, updates: 6 }]), { older: 1 }],
    ['stored asleep and is awake', [created(1, 11), stored(1, 11)], back([{ accountId: 1, salt: 11, ...AWAKE }]), { older: 1 }],
    ['released before a checkpoint', [...LIFE, { what: 'released', accountId: 2 }, checkpoint(8, [{ accountId: 1, salt: 11, ...AWAKE }]), checkpointed(8)], back(BACK), { never: 1 }], // biome-ignore format: one life
    ['of nobody', LIFE, back([...BACK, { accountId: 9, salt: 1, ...AWAKE }]), { never: 1 }],
    ['there twice', LIFE, back([...BACK, BACK[0]]), { errors: 1 }],
    ['counted by the report and not there', LIFE, back(BACK, { active: 3 }), { errors: 1 }],
    ['refused', LIFE, back(BACK, { refused: 1 }), { corrupt: 1 }],
    ['of another time in part', LIFE, back([{ ...BACK[0], fault: 'floats is …' }, BACK[1]]), { corrupt: 1 }],
    ['further than its state', LIFE, back([{ ...BACK[0], counted: 4 }, BACK[1]]), { corrupt: 1 }],
  ])('finds one that is %s', (_, lines, found, problems) => {
    expect(problemsOf(lines, found)).toEqual({ ...NONE, ...problems });
  });

  it('does not take a session for released that came while the checkpoint was under way', () => {
    const lines = [created(1, 11), checkpoint(1, [{ accountId: 1, salt: 11, ...AWAKE }]), created(2, 22), checkpointed(1)];
    expect(problemsOf(lines, back(BACK))).toEqual(NONE);
    expect(problemsOf(lines, back([BACK[0]]))).toEqual(NONE);
  });
});

describe('a state', () => {
  const whole = () => {
    const { note, ...fields } = fieldsOf(7, 8, 9, 3);
    return { salt: 8, updates: 9, heard: 3, gaps: 0, ...fields, note: { value: { text: note } } };
  };

  it('is one that its account, salt, updates and packets give', () => {
    expect(faultOf(7, whole())).toBeUndefined();
  });

  it.each([
    [{ salt: 9 }, 'floats'],
    [{ updates: 10 }, 'floats'],
    [{ heard: 2 }, 'floats'],
    [{ words: whole().words.with(3, 1) }, 'words'],
    [{ odd: false }, 'odd'],
    [{ note: { value: { text: 'another' } } }, 'note'],
    [{ gaps: 2 }, '2 packets were not the next'],
  ])('is found if it has %j of another', (change, named) => {
    expect(faultOf(7, { ...whole(), ...change })).toContain(named);
    expect(faultOf(8, whole())).toContain('floats');
  });
});
