/** CPU time of the whole process, all threads, since `process.cpuUsage()` gave `before`. µs. */
export function cpuUsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
