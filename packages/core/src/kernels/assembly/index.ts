export { fillCells, rewindCells, takeCells } from './cells';
export { clear, clearColumn, turnActivity } from './columns';
export { countStates } from './counts';
export { listIdle } from './idle';
export { placeInbound } from './inbound';
export { keepSenders } from './senders';
export { sumTraffic } from './sums';
