/**
 * Coordinates to a tenth of a pixel: so small a file, and the same on every version of Node.js, whose logarithms may differ in the last bit. Texts and sizes stay
 * as they are.
 */
export function rounded(svg: string): string {
  return svg.replace(/ (d|cx|cy|x1|x2|y1|y2|transform)="([^"]*)"/g, (_attribute, name: string, value: string) => {
    const short = value.replace(/-?\d+\.\d{2,}/g, (digits) => String(Number(Number(digits).toFixed(1))));
    return ` ${name}="${short}"`;
  });
}
