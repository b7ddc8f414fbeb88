/** Three digits that count, as many as there are before the point; thousands apart by a thin space that does not break. */
export function significant(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  const decimals = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return grouped(value.toFixed(decimals));
}

export const whole = (value: number): string => grouped(value.toFixed(0));

/** `1.23 ×`, with a space that does not break. */
export const times = (ratio: number): string => `${significant(ratio)}\u00a0×`;

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

export const mebibytes = (bytes: number): string => (bytes / 1_048_576).toFixed(1);

/** A dash where there is no such figure. */
export const orDash = (value: number | null, shown: (value: number) => string): string => (value === null ? '–' : shown(value));

/** A date and time of day, UTC, of an ISO 8601 stamp. */
export const moment = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;

/** Digits with thousands apart. */
export function grouped(digits: string): string {
  const [integer, fraction] = digits.split('.');
  const apart = integer.replace(/\B(?=(\d{3})+$)/g, '\u202f');
  return fraction === undefined ? apart : `${apart}.${fraction}`;
}
