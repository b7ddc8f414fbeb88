import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

describe('README', () => {
  it('shows examples/hello as it stands, in at most 25 lines', () => {
    const shown = /<!-- hello:begin -->\s*```js\n([\s\S]*?)```\s*<!-- hello:end -->/.exec(read('README.md'))?.[1];
    expect(shown).toBe(read('examples/hello/hello.mjs'));
    expect(shown?.trimEnd().split('\n').length).toBeLessThanOrEqual(25);
  });
});
