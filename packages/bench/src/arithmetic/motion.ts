/** Added to the distance before dividing by it, and what moving costs in health. To be rounded where it is used, as all factors. */
export const EPSILON = 0.001;
/** Share of the missing health that comes back in a second. */
export const REGEN = 0.05;
