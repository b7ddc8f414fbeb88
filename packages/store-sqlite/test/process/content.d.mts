export function contentOf(account: number, seed: number): Uint8Array;
