/** All behaviours of the suite as they are shipped: worker threads import them from there. */
export const HERE = new URL('./conformance-behaviors.js', import.meta.url);
