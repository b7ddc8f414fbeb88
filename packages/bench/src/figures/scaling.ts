import { measureScaling, type ScalingOptions, type ScalingRow } from '../scaling/measure.js';
import { type Figure, figure } from './figure.js';

/** W4 may gain so much less than the native program's oneTBB in the same run. */
const BEHIND_NATIVE = 0.05;
const LEAST_OVER_STATIC = 1.25;
const LEAST_OVER_INLINE = 1.7;

/** What two participants gain. W4 has a target only beside the native program, which says what this machine has to give just then. */
export async function scalingGain(options: ScalingOptions): Promise<Figure[]> {
  const rows = await measureScaling(options);
  return rows.flatMap(figuresOf);
}

function figuresOf({ workload, arith, sessions, inlineUs, schedulers, native }: ScalingRow): Figure[] {
  const what = `${workload} ${arith}, ${sessions} sessions`;
  const figures = [figure(`${what}: inline`, inlineUs / 1000, 'ms')];
  if (native !== null) {
    figures.push(figure(`${what}: oneTBB on 2 threads, gain over serial`, native.gain, '×'));
    if (workload === 'W3') figures.push(figure(`${what}: oneTBB on 2 threads, gain over its static ranges`, native.gainOverStatic, '×'));
  }
  for (const { scheduler, caller, us, gain, gainOverStatic } of schedulers) {
    const least = workload === 'W3' ? LEAST_OVER_INLINE : native === null ? undefined : native.gain - BEHIND_NATIVE;
    figures.push(figure(`${what}: ${scheduler}, caller ${caller}`, us / 1000, 'ms'));
    figures.push(figure(`${what}: ${scheduler}, caller ${caller}, gain over inline`, gain, '×', least, 'least'));
    if (gainOverStatic === null) continue;
    figures.push(
      figure(`${what}: ${scheduler}, caller ${caller}, gain over static ranges`, gainOverStatic, '×', LEAST_OVER_STATIC, 'least'),
    );
  }
  return figures;
}
