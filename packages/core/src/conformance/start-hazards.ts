/**
 * Run as a module that a worker thread imports, with the query saying what it is: `exit` ends the thread, `throw` fails, `setup` has a
 * behaviour whose `setup` fails. The host never imports it.
 */
import { defineBehavior } from '../behavior.js';
import { u32 } from '../layout/field.js';

const hazard = new URL(import.meta.url).searchParams.get('hazard');
if (hazard === 'exit') process.exit(7);
if (hazard === 'throw') throw new Error('this module fails on purpose');

export const hazardous = defineBehavior(import.meta.url, {
  name: 'conformance-hazardous',
  state: { updates: u32() },
  setup() {
    throw new Error('this setup fails on purpose');
  },
  update() {},
});
