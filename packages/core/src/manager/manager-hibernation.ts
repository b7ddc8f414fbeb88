import { ManagerMetrics } from './manager-metrics.js';

/** How sessions are put to sleep and woken, and memory is given back (R-21 … R-26): see {@link SessionManager}. */
export abstract class ManagerHibernation extends ManagerMetrics {}
