import { round } from './rounding.js';

/** Added to the distance before dividing by it, and what moving costs in health. */
export const EPSILON = round(0.001);
/** Share of the missing health that comes back in a second. */
export const REGEN = round(0.05);
