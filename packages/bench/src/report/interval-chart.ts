import type { ContenderKind } from '../compare/contender.js';
import type { Block } from './page.js';
import * as plot from './plot.js';
import { rounded } from './svg.js';
import { ticksOf, tickText } from './ticks.js';

export interface IntervalRow {
  readonly label: string;
  /** Smaller, behind the value: the name of an arm, its rank. */
  readonly note: string;
  readonly kind: ContenderKind;
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

export interface IntervalGroup {
  readonly title: string;
  readonly rows: readonly IntervalRow[];
}

export interface IntervalChart {
  readonly caption: string;
  readonly groups: readonly IntervalGroup[];
  /** What the axis measures, with its unit. */
  readonly axis: string;
  /** A dashed line there; undefined for none. */
  readonly reference: number | undefined;
  shown(value: number): string;
}

/** From this ratio of the largest to the least on, the axis is logarithmic. */
const LOG_FROM_RATIO = 20;

interface Form {
  readonly width: number;
  readonly marginLeft: number;
  readonly marginRight: number;
  readonly fontSize: number;
  /** Height of a row. */
  readonly rowPixels: number;
  readonly mostTicks: number;
  /** Labels stand above what they label, not beside it. */
  readonly stacked: boolean;
}

const WIDE_FONT = 13;
/** Between a frame's right edge and what is behind a value. */
const NOTE_PIXELS = 74;
const NARROW: Form = { width: 350, marginLeft: 18, marginRight: 20, fontSize: 12, rowPixels: 36, mostTicks: 5, stacked: true };

/** Longer lines than this, in characters, would run into the value in a narrow chart: their letters are smaller. */
const LONG_LINE = 42;
const LONG_LINE_FONT = 10;

/** Room beside the frame for the longest label, and for the longest note. */
function wideForm({ groups }: IntervalChart): Form {
  const rows = groups.flatMap(({ rows }) => rows);
  const pixels = (texts: readonly string[]): number => Math.ceil(Math.max(...texts.map(({ length }) => length)) * WIDE_FONT * 0.58);
  const marginLeft = 24 + pixels(rows.map(({ label }) => label));
  const marginRight = NOTE_PIXELS + 14 + pixels(rows.map(({ note }) => note));
  return { width: 960, marginLeft, marginRight, fontSize: WIDE_FONT, rowPixels: 21, mostTicks: 6, stacked: false };
}

/** A dot and an interval for each row, rows in groups, in two widths. */
export function intervalChart(chart: IntervalChart): Block {
  return { kind: 'chart', caption: chart.caption, wide: svgIn(wideForm(chart), chart), narrow: svgIn(NARROW, chart) };
}

interface Title {
  readonly key: string;
  readonly title: string;
}

interface Row extends IntervalRow {
  readonly key: string;
}

function svgIn(form: Form, chart: IntervalChart): string {
  const titles = chart.groups.map(({ title }, group): Title => ({ key: `${group}`, title }));
  const rows = chart.groups.flatMap(({ rows }, group) => rows.map((row, index): Row => ({ key: `${group} ${index}`, ...row })));
  const keys = chart.groups.flatMap(({ rows }, group) => [`${group}`, ...rows.map((_, index) => `${group} ${index}`)]);
  const { log, domain } = extentOf(chart);
  const ticks = ticksOf(domain[0], domain[1], log, form.mostTicks);
  const marginTop = 46;
  const axis = log ? `${chart.axis}, logarithmic →` : `${chart.axis} →`;
  return rounded(
    plot.svgOf({
      width: form.width,
      height: form.rowPixels * (keys.length + 0.2) + marginTop + 4,
      marginTop,
      marginBottom: 4,
      marginLeft: form.marginLeft,
      marginRight: form.marginRight,
      ariaLabel: chart.caption,
      style: { fontSize: `${form.fontSize}px` },
      x: { type: log ? 'log' : 'linear', domain, axis: null },
      y: { type: 'point', domain: keys, padding: 0.6, axis: null },
      marks: [
        plot.ruleX(ticks, { stroke: 'var(--rule)' }),
        plot.text(ticks, { x: (tick) => tick, text: tickText, frameAnchor: 'top', dy: -8 }),
        plot.text([axis], { text: (label) => label, frameAnchor: 'top-left', textAnchor: 'start', dx: form.stacked ? -16 : 0, dy: -32 }),
        ...(chart.reference === undefined
          ? []
          : [plot.ruleX([chart.reference], { stroke: 'var(--dormouse)', strokeDasharray: '4 3', strokeWidth: 1.5 })]),
        ...(form.stacked ? stackedMarks(chart, titles, rows) : besideMarks(chart, form, titles, rows)),
      ],
    }),
  );
}

function extentOf({ groups, reference }: IntervalChart): { log: boolean; domain: [number, number] } {
  const ends = groups.flatMap(({ rows }) => rows.flatMap(({ low, high }) => [low, high]));
  const all = reference === undefined ? ends : [...ends, reference];
  const least = Math.min(...all);
  const largest = Math.max(...all);
  const log = least > 0 && largest / least > LOG_FROM_RATIO;
  return { log, domain: log ? [least / 1.1, largest * 1.1] : [0, largest * 1.05] };
}

const colourOf = ({ kind }: IntervalRow): string => `var(--${kind})`;

/** Lies on lines and under letters, so that both can be read. */
const HALO = { fill: 'currentColor', stroke: 'var(--paper)', strokeWidth: 4 } as const;

function intervalMarks(rows: readonly Row[], dy: number): plot.Mark[] {
  return [
    plot.ruleY(rows, { y: 'key', x1: 'low', x2: 'high', stroke: colourOf, strokeWidth: 6, strokeOpacity: 0.4, strokeLinecap: 'round', dy }),
    plot.dot(rows, { y: 'key', x: 'median', fill: colourOf, r: 4, dy }),
  ];
}

function besideMarks({ shown }: IntervalChart, { marginLeft }: Form, titles: readonly Title[], rows: readonly Row[]): plot.Mark[] {
  return [
    plot.text(titles, { y: 'key', text: 'title', frameAnchor: 'left', textAnchor: 'start', dx: 4 - marginLeft, fontWeight: 700 }),
    plot.text(rows, { y: 'key', text: 'label', frameAnchor: 'left', textAnchor: 'end', dx: -10 }),
    ...intervalMarks(rows, 0),
    plot.text(rows, { y: 'key', text: ({ median }) => shown(median), frameAnchor: 'right', textAnchor: 'end', dx: 62 }),
    plot.text(rows, { y: 'key', text: 'note', frameAnchor: 'right', textAnchor: 'start', dx: NOTE_PIXELS }),
  ];
}

function stackedMarks({ shown }: IntervalChart, titles: readonly Title[], rows: readonly Row[]): plot.Mark[] {
  const lineOf = ({ label, note }: Row): string => `${label}  ${note}`;
  const lines = (isMeant: (line: string) => boolean, fontSize: number): plot.Mark =>
    plot.text(
      rows.filter((row) => isMeant(lineOf(row))),
      { ...HALO, y: 'key', text: lineOf, frameAnchor: 'left', textAnchor: 'start', dx: -12, dy: -8, fontSize },
    );
  return [
    ...intervalMarks(rows, 5),
    plot.text(titles, {
      ...HALO,
      y: 'key',
      text: 'title',
      frameAnchor: 'left',
      textAnchor: 'start',
      dx: -16,
      dy: 4,
      fontWeight: 700,
      fontSize: 13,
    }),
    lines((line) => line.length <= LONG_LINE, NARROW.fontSize),
    lines((line) => line.length > LONG_LINE, LONG_LINE_FONT),
    plot.text(rows, { ...HALO, y: 'key', text: ({ median }) => shown(median), frameAnchor: 'right', textAnchor: 'end', dx: 16, dy: -8 }),
  ];
}
