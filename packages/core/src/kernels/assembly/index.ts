export { clear, clearColumn, turnActivity } from './columns';
export { countStates } from './counts';
export { listIdle } from './idle';
export { sumTraffic } from './sums';
