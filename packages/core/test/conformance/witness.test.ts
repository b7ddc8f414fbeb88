import { describe, expect, it } from 'vitest';
import { Act } from '../../src/conformance/behaviors/perilous.js';
import { Witness } from '../../src/memory/witness.js';

describe('a thread that is told to be held up later', () => {
  it('is not, if it comes to that when it has been let go, though others are to be held up by then', () => {
    const witness = Witness.create(64, 64, 0);
    witness.arm(Act.holdLater, 0);
    const { letGos } = witness;
    witness.letGo();
    witness.arm(Act.holdLater, 0);
    expect(witness.hold(letGos)).toBe('not-equal');
  });
});
