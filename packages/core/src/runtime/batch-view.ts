import { DormouseError, shown } from '../errors.js';
import type { StateLayout } from '../layout/state-layout.js';
import { type Block, EMPTY_VIEWS, type TypedViews } from '../memory/block.js';
import type { Session, SessionBatch, TickInfo } from '../session-api.js';
import type { SessionView } from './session-view.js';

/** Rows of one block at a time. See {@link SessionBatch} for what its members promise. */
export class BatchView implements SessionBatch {
  begin = 0;
  end = 0;
  readonly tick: TickInfo;
  readonly at: Readonly<Record<string, number>>;
  f32 = EMPTY_VIEWS.f32;
  f64 = EMPTY_VIEWS.f64;
  i8 = EMPTY_VIEWS.i8;
  u8 = EMPTY_VIEWS.u8;
  i16 = EMPTY_VIEWS.i16;
  u16 = EMPTY_VIEWS.u16;
  i32 = EMPTY_VIEWS.i32;
  u32 = EMPTY_VIEWS.u32;
  i64 = EMPTY_VIEWS.i64;
  hot: TypedViews = EMPTY_VIEWS;
  readonly $session: SessionView;

  constructor(layout: StateLayout, session: SessionView) {
    // Values of data fields are no columns.
    const columns = layout.columns.filter(({ field }) => field.kind !== 'data');
    this.at = Object.freeze(Object.fromEntries(columns.map((column) => [column.name, column.offset])));
    this.tick = session.tick;
    this.$session = session;
    session.$peers.$ofBatch();
    Object.preventExtensions(this);
  }

  session(row: number): Session<never> {
    if (row < this.begin || row >= this.end || !Number.isInteger(row)) {
      if (this.end === 0) {
        throw new DormouseError(
          'ERR_SESSION_PARKED',
          'a batch was used outside the call it was given to: it is dead when the call returns',
        );
      }
      throw new DormouseError('ERR_INVALID_ARGUMENT', `row must be an integer ${this.begin}…${this.end - 1}: got ${shown(row)}`);
    }
    const session = this.$session;
    session.$row = row;
    session.$state.$row = row;
    return session as unknown as Session<never>;
  }

  $attach(block: Block): void {
    this.$views(block.cold, block.hot);
  }

  $park(): void {
    this.$views(EMPTY_VIEWS, EMPTY_VIEWS);
    this.begin = 0;
    this.end = 0;
  }

  $views(cold: TypedViews, hot: TypedViews): void {
    this.f32 = cold.f32;
    this.f64 = cold.f64;
    this.i8 = cold.i8;
    this.u8 = cold.u8;
    this.i16 = cold.i16;
    this.u16 = cold.u16;
    this.i32 = cold.i32;
    this.u32 = cold.u32;
    this.i64 = cold.i64;
    this.hot = hot;
  }
}
