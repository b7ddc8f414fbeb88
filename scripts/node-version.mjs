/** Why `running` (as in `process.versions.node`) cannot run this project, in words; undefined if it satisfies `range`, `>=major.minor`. */
export function tooOld(running, range) {
  const parts = /^>=(\d+)\.(\d+)$/.exec(range);
  if (parts === null) throw new Error(`engines.node must read >=major.minor: got ${range}`);
  const [wantedMajor, wantedMinor] = parts.slice(1).map(Number);
  const [major, minor] = running.split('.').map(Number);
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return undefined;
  return `needs Node.js ${wantedMajor}.${wantedMinor} or newer: this is ${running}`;
}
