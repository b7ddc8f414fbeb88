/**
 * What host and bots say to each other. Every payload is three 32-bit floats, little-endian: x, y, z in metres
 * ({@link CALL}: x and z alone).
 */

/** Host to bot: leave everything and come here. Payload x, z. */
export const CALL = 1;
/** Bot to host: I am walking and am here. Payload x, y, z. */
export const POSITION = 16;
/** Bot to host: here I turn. Payload x, y, z. */
export const TURN = 17;
/** Bot to host: I arrived here and will rest; nothing more is heard of me until I go on. Payload x, y, z. */
export const ARRIVAL = 18;

/** Bot to host: here I met another bot. Payload x, y, z. */
export const MEETING = 19;
/** Bot to host: I rest, and have nothing to do before I go on: let me sleep. Payload x, y, z. */
export const RESTING = 20;
/** Bot to bot: hello. No payload. */
export const GREETING = 32;

export const CALL_BYTES = 8;
export const PLACE_BYTES = 12;
