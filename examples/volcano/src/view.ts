import { type Figures, readings } from './figures.js';
import { type ColourDepth, mapRows, terminalMap } from './terminal-map.js';
import type { Terrain } from './terrain.js';
import type { Trails } from './trails.js';

/** What a view needs of the stream it writes to: `process.stdout` is one. */
export interface Screen {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  /** Bits a colour; 1 with NO_COLOR. */
  getColorDepth?(): number;
}

/** Shows a run while it goes on. `end` leaves the screen as it should be left, whatever happened. */
export interface View {
  show(figures: Figures): void;
  end(): void;
}

/** Milliseconds between two pictures on a terminal, and between two lines elsewhere. */
const LIVE_MS = 200;
const PLAIN_MS = 2000;
const NAME_COLUMNS = 13;
const GAUGE_COLUMNS = 12;
/** What the figures beside the map take, in characters; without so many left for the map, there is none. */
const FIGURE_COLUMNS = 54;
const LEAST_MAP_COLUMNS = 24;

/** A refreshed block of lines on a terminal, a plain line every other second anywhere else. */
export function openView(screen: Screen, terrain: Terrain, trails: Trails, now: () => number = () => performance.now()): View {
  return screen.isTTY === true ? new LiveView(screen, terrain, trails, now) : new PlainView(screen, now);
}

class PlainView implements View {
  readonly #screen: Screen;
  readonly #now: () => number;
  #shownAt: number;

  constructor(screen: Screen, now: () => number) {
    this.#screen = screen;
    this.#now = now;
    this.#shownAt = now();
  }

  show(figures: Figures): void {
    if (this.#now() - this.#shownAt < PLAIN_MS) return;
    this.#shownAt += PLAIN_MS;
    const parts = readings(figures).map(({ name, value }) => `${name} ${value.replaceAll('  ', ' ')}`);
    this.#screen.write(`${figures.elapsedSeconds.toFixed(0).padStart(4)} s | ${parts.join(' | ')}\n`);
  }

  end(): void {}
}

class LiveView implements View {
  readonly #screen: Screen;
  readonly #terrain: Terrain;
  readonly #trails: Trails;
  readonly #now: () => number;
  readonly #depth: ColourDepth | undefined;
  #shownAt = Number.NEGATIVE_INFINITY;
  #lines = 0;

  constructor(screen: Screen, terrain: Terrain, trails: Trails, now: () => number) {
    this.#screen = screen;
    this.#terrain = terrain;
    this.#trails = trails;
    this.#now = now;
    const bits = screen.getColorDepth?.() ?? 1;
    this.#depth = bits >= 24 ? 'true' : bits >= 8 ? 'palette' : undefined;
  }

  show(figures: Figures): void {
    if (this.#now() - this.#shownAt < LIVE_MS) return;
    this.#shownAt = this.#now();
    const lines = this.#picture(figures);
    // In one write, so that no half picture is seen: cursor hidden, to the first line, each line's rest cleared, all below cleared.
    const up = this.#lines > 0 ? `\u001b[${this.#lines}A` : '';
    this.#screen.write(`\u001b[?25l${up}\r${lines.map((line) => `${line}\u001b[K\n`).join('')}\u001b[J`);
    this.#lines = lines.length;
  }

  end(): void {
    if (this.#lines > 0) this.#screen.write('\u001b[?25h');
    this.#lines = 0;
  }

  #picture(figures: Figures): string[] {
    const columns = this.#screen.columns ?? 80;
    const rows = this.#screen.rows ?? 24;
    const beside = this.#mapColumns(columns, rows);
    const map = this.#depth === undefined || beside === 0 ? [] : terminalMap(this.#terrain, this.#trails, beside, this.#depth);
    const figureColumns = map.length > 0 ? columns - beside - 2 : columns - 1;
    const texts = this.#figureLines(figures, figureColumns);
    const first = Math.max(0, Math.floor((map.length - texts.length) / 2));
    const blank = ' '.repeat(beside);
    return Array.from({ length: Math.max(map.length, texts.length) }, (_, row) => {
      const text = texts[row - first] ?? '';
      return map.length > 0 ? `${map[row] ?? blank}  ${text}` : text;
    });
  }

  /** The widest map that leaves room for the figures beside it and for a line above and below; 0 for none. */
  #mapColumns(columns: number, rows: number): number {
    let widest = Math.min(columns - FIGURE_COLUMNS - 2, this.#terrain.columns);
    while (widest >= LEAST_MAP_COLUMNS && mapRows(this.#terrain, widest) > rows - 3) widest--;
    return widest >= LEAST_MAP_COLUMNS ? widest : 0;
  }

  #figureLines(figures: Figures, columns: number): string[] {
    const done = Math.min(figures.elapsedSeconds / figures.durationSeconds, 1);
    const clock = `${figures.elapsedSeconds.toFixed(1)} of ${figures.durationSeconds} s`;
    return [
      this.#paint('1', cut('Dormouse on Maunga Whau', columns)),
      '',
      this.#line('running', clock, done, '36', columns),
      ...readings(figures).flatMap(({ name, value, ratio }) => {
        if (ratio === undefined) return [this.#line(name, value, undefined, '', columns)];
        return [this.#line(name, value, ratio, ratio < 0.5 ? '32' : ratio < 1 ? '33' : '31', columns)];
      }),
      '',
      this.#paint('2', cut('Ctrl-C ends it: summary and map', columns)),
    ];
  }

  /** A name, what is read there, and, where the line has room, how much of the allowed that is. */
  #line(name: string, value: string, ratio: number | undefined, colour: string, columns: number): string {
    const left = columns - NAME_COLUMNS;
    const text = `${this.#paint('2', cut(name.padEnd(NAME_COLUMNS), columns))}${left > 0 ? cut(value, left) : ''}`;
    if (ratio === undefined || left < value.length + 2 + GAUGE_COLUMNS) return text;
    const filled = Math.min(Math.max(Math.round(ratio * GAUGE_COLUMNS), 0), GAUGE_COLUMNS);
    const gap = ' '.repeat(left - value.length - GAUGE_COLUMNS);
    return `${text}${gap}${this.#paint(colour, '█'.repeat(filled))}${this.#paint('2', '░'.repeat(GAUGE_COLUMNS - filled))}`;
  }

  #paint(code: string, text: string): string {
    return this.#depth === undefined || code === '' || text === '' ? text : `\u001b[${code}m${text}\u001b[0m`;
  }
}

function cut(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, Math.max(columns - 1, 0))}…`;
}
