import { defineBehavior } from '@dormouse/core/behavior';
import { create, fields } from './fields.js';

/** W0: an update that does nothing. What is left is the machinery. */
export const session = defineBehavior(import.meta.url, {
  name: 'W0-session',
  state: fields,
  create,
  update() {},
});

export const batch = defineBehavior(import.meta.url, {
  name: 'W0-batch',
  state: fields,
  create,
  updateBatch() {},
});
