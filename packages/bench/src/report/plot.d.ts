/** A mark of Observable Plot, to be drawn and not to be looked into. */
export interface Mark {
  readonly data: unknown;
}

type Channel<Row> = keyof Row | number | string | ((row: Row) => number | string) | null;

export interface MarkOptions<Row> {
  readonly x?: Channel<Row>;
  readonly x1?: Channel<Row>;
  readonly x2?: Channel<Row>;
  readonly y?: Channel<Row>;
  readonly z?: Channel<Row>;
  readonly r?: number;
  readonly text?: Channel<Row>;
  readonly fill?: Channel<Row>;
  readonly stroke?: Channel<Row>;
  readonly strokeWidth?: number;
  readonly strokeOpacity?: number;
  readonly strokeDasharray?: string;
  readonly strokeLinecap?: 'round' | 'butt';
  readonly fontSize?: number;
  readonly fontWeight?: number;
  readonly textAnchor?: 'start' | 'middle' | 'end';
  readonly frameAnchor?: 'left' | 'right' | 'top' | 'top-left' | 'bottom';
  readonly dx?: number;
  readonly dy?: number;
}

export interface Scale {
  readonly type?: 'linear' | 'log' | 'point';
  readonly domain?: readonly (number | string)[];
  readonly axis?: null;
  readonly padding?: number;
}

export interface PlotOptions {
  readonly width: number;
  readonly height: number;
  readonly marginTop?: number;
  readonly marginRight?: number;
  readonly marginBottom?: number;
  readonly marginLeft?: number;
  readonly ariaLabel?: string;
  readonly style?: Readonly<Record<string, string>>;
  readonly x: Scale;
  readonly y: Scale;
  readonly marks: readonly Mark[];
}

export function text<Row>(rows: readonly Row[], options: MarkOptions<Row>): Mark;
export function dot<Row>(rows: readonly Row[], options: MarkOptions<Row>): Mark;
export function ruleX<Row>(rows: readonly Row[], options: MarkOptions<Row>): Mark;
export function ruleY<Row>(rows: readonly Row[], options: MarkOptions<Row>): Mark;
export function line<Row>(rows: readonly Row[], options: MarkOptions<Row>): Mark;

/** The text of an SVG of these marks, without a browser. */
export function svgOf(options: PlotOptions): string;
