import { describe, expect, it } from 'vitest';
import { checksumsOf, EXPECTED, KERNEL_FORM, reasonAgainst } from '#bench';

const inKernelForm = EXPECTED.flatMap((expected) =>
  expected.ariths.filter((arith) => reasonAgainst(expected.workload, arith, 'kernel') === undefined).map((arith) => ({ expected, arith })),
);

describe(KERNEL_FORM.name, () => {
  it('is there for W1, W3, W4 and W6 in f32', () => {
    expect(new Set(inKernelForm.map(({ expected, arith }) => `${expected.workload} ${arith}`))).toEqual(
      new Set(['W1 f32', 'W3 f32', 'W4 f32', 'W6 f32']),
    );
  });

  for (const { expected, arith } of inKernelForm) {
    const { workload, sessions, after } = expected;
    it(`${workload} of ${sessions} sessions gives the expected checksums at ${Object.keys(after)} ticks in ${arith}`, async () => {
      expect(await checksumsOf(expected, arith, KERNEL_FORM)).toEqual(after);
    });
  }

  it.each([1, 3, 33])('a segment that begins and ends within four rows touches no other: batches of %i', async (batch) => {
    const { after } = inKernelForm[0].expected;
    expect(await checksumsOf({ ...inKernelForm[0].expected, after: { 50: after[50] } }, 'f32', { ...KERNEL_FORM, batch })).toEqual({
      50: after[50],
    });
  });
});
