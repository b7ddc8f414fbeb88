import { describe, expect, it } from 'vitest';
import { tooOld } from './node-version.mjs';

describe('tooOld', () => {
  it.each(['20.19.0', '20.20.2', '22.0.0', '100.1.0'])('accepts %s for >=20.19', (running) => {
    expect(tooOld(running, '>=20.19')).toBeUndefined();
  });

  it.each(['20.18.3', '18.20.0', '9.0.0'])('names %s and the least version', (running) => {
    expect(tooOld(running, '>=20.19')).toBe(`needs Node.js 20.19 or newer: this is ${running}`);
  });
});
