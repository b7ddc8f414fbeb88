import type { Block } from './page.js';
import * as plot from './plot.js';
import { rounded } from './svg.js';
import { ticksOf, tickText } from './ticks.js';

export interface CurvePoint {
  readonly x: number;
  readonly y: number;
}

export interface Curve {
  readonly name: string;
  readonly points: readonly CurvePoint[];
}

export interface CurveChart {
  readonly caption: string;
  readonly curves: readonly Curve[];
  readonly xLabel: string;
  readonly yLabel: string;
  /** Where x has its ticks: the measured sizes. */
  readonly xTicks: readonly number[];
  readonly xLog: boolean;
  /** Ends of y, so that charts beside each other can be compared. */
  readonly yEnds: readonly [least: number, largest: number];
}

interface Size {
  readonly width: number;
  readonly height: number;
  readonly marginLeft: number;
  readonly marginRight: number;
  readonly fontSize: number;
  /** Between the names at the ends of two curves. */
  readonly apart: number;
}

const WIDE: Size = { width: 940, height: 360, marginLeft: 62, marginRight: 285, fontSize: 13, apart: 16 };
const NARROW: Size = { width: 350, height: 330, marginLeft: 54, marginRight: 26, fontSize: 12, apart: 0 };
const LEGEND_LINE = 18;

/** Lines over a size, each named at its end, or on a phone in a list below. The vertical axis is logarithmic. */
export function curveChart(chart: CurveChart): Block {
  return { kind: 'chart', caption: chart.caption, wide: svgIn(WIDE, chart), narrow: svgIn(NARROW, chart) };
}

function svgIn(size: Size, chart: CurveChart): string {
  const listed = size.apart === 0;
  const legend = listed ? LEGEND_LINE * chart.curves.length + 8 : 0;
  const [least, largest] = chart.yEnds;
  const yDomain = [least / 1.15, largest * 1.15];
  const xDomain = [Math.min(...chart.xTicks), Math.max(...chart.xTicks)];
  const yTicks = ticksOf(yDomain[0], yDomain[1], true, 8);
  const marginTop = 34;
  const marginBottom = 46 + legend;
  const named = chart.curves.flatMap(({ name, points }, index) =>
    points.map((point) => ({ name, colour: `var(--line-${index % 8})`, ...point })),
  );
  const plotHeight = size.height - marginTop - 46;
  const pixelOf = (y: number): number => marginTop + plotHeight * (1 - Math.log(y / yDomain[0]) / Math.log(yDomain[1] / yDomain[0]));
  const labels = listed ? legendLines(chart.curves, size) : endLabels(chart.curves, size, pixelOf);
  const svg = plot.svgOf({
    width: size.width,
    height: size.height + legend,
    marginTop,
    marginBottom,
    marginLeft: size.marginLeft,
    marginRight: size.marginRight,
    ariaLabel: chart.caption,
    style: { fontSize: `${size.fontSize}px` },
    x: { type: chart.xLog ? 'log' : 'linear', domain: xDomain, axis: null },
    y: { type: 'log', domain: yDomain, axis: null },
    marks: [
      plot.ruleY(yTicks, { y: (tick) => tick, stroke: 'var(--rule)' }),
      plot.text(yTicks, { y: (tick) => tick, text: tickText, frameAnchor: 'left', textAnchor: 'end', dx: -8 }),
      plot.text(chart.xTicks, { x: (tick) => tick, text: tickText, frameAnchor: 'bottom', dy: 18 }),
      plot.text([`↑ ${chart.yLabel}`], {
        text: (label) => label,
        frameAnchor: 'top-left',
        textAnchor: 'start',
        dx: 6 - size.marginLeft,
        dy: -24,
      }),
      plot.text([`${chart.xLabel} →`], { text: (label) => label, frameAnchor: 'bottom', dy: 38 }),
      plot.line(named, { x: 'x', y: 'y', z: 'name', stroke: 'colour', strokeWidth: 2 }),
      plot.dot(named, { x: 'x', y: 'y', fill: 'colour', r: 3.5 }),
    ],
  });
  return rounded(svg).replace('</svg>', `${labels}</svg>`);
}

/** Names to the right of the curves' ends, moved apart from the top downwards, then back up where there was no room at the bottom. */
function endLabels(curves: readonly Curve[], { width, height, marginRight, apart }: Size, pixelOf: (y: number) => number): string {
  const ends = curves
    .map(({ name, points }, index) => ({ name, index, y: pixelOf(points[points.length - 1].y) }))
    .sort((one, other) => one.y - other.y);
  for (let each = 1; each < ends.length; each++) ends[each].y = Math.max(ends[each].y, ends[each - 1].y + apart);
  for (let each = ends.length - 1, lowest = height - 40; each >= 0; each--, lowest -= apart) ends[each].y = Math.min(ends[each].y, lowest);
  return ends.map(({ name, index, y }) => label(name, index, width - marginRight + 14, y)).join('');
}

function legendLines(curves: readonly Curve[], { height }: Size): string {
  return curves.map(({ name }, index) => label(name, index, 12, height + 6 + LEGEND_LINE * index)).join('');
}

function label(name: string, index: number, x: number, y: number): string {
  const line = `<line x1="${x}" x2="${x + 14}" y1="${y.toFixed(1)}" y2="${y.toFixed(1)}" stroke="var(--line-${index % 8})" stroke-width="3"></line>`;
  return `${line}<text x="${x + 20}" y="${y.toFixed(1)}" dy="0.32em" text-anchor="start">${name}</text>`;
}
