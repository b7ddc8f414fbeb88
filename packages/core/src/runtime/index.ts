/**
 * The code that user code is compiled together with: accessors, session and batch views, the loop that calls an update.
 *
 * Built into one file without imports, and imported anew for each behaviour (`runtime.js?behavior=3`), so that each gets
 * functions with feedback of their own. Shared by several behaviours, V8 sees many shapes in one function and gives up inlining:
 * a light update then takes up to 20 times as long (decision 0003).
 */
export { type KernelFunction, KernelRunner } from './kernel-runner.js';
export { type FaultSink, Runner } from './runner.js';
export { defineStateClass, type StateClass, StateView } from './state-view.js';
