export { clearColumn, clearPages, turnActivity } from './columns';
export { countStates } from './counts';
export { listIdle } from './idle';
export { sumTraffic } from './sums';
