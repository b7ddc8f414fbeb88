import { dot, line, plot, ruleX, ruleY, text } from '@observablehq/plot';
import { parseHTML } from 'linkedom';

export { dot, line, ruleX, ruleY, text };

const { document } = parseHTML('<!doctype html><html><body></body></html>');

/** JavaScript, because the types of both packages are those of a browser: `plot.d.ts` has what is used here. */
export function svgOf(options) {
  return plot({ ...options, document }).outerHTML;
}
