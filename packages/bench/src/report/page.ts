/** Text with `code`, **bold** and [links](…), and no other markup. */
export type Inline = string;

export interface Column {
  readonly title: Inline;
  readonly align: 'left' | 'right';
}

/** What a page is made of: written once, rendered as Markdown and as HTML. */
export type Block =
  | { readonly kind: 'heading'; readonly level: 2 | 3; readonly text: Inline }
  | { readonly kind: 'paragraph'; readonly text: Inline }
  /** Said before anything else is read. */
  | { readonly kind: 'notice'; readonly text: Inline }
  | { readonly kind: 'list'; readonly items: readonly Inline[] }
  | { readonly kind: 'table'; readonly columns: readonly Column[]; readonly rows: readonly (readonly Inline[])[] }
  | { readonly kind: 'preformatted'; readonly text: string }
  /** Folded until it is asked for. */
  | { readonly kind: 'details'; readonly summary: Inline; readonly blocks: readonly Block[] }
  /** Two SVGs of the same, for wide screens and for phones; of HTML alone. */
  | { readonly kind: 'chart'; readonly caption: Inline; readonly wide: string; readonly narrow: string };

export interface Page {
  readonly title: string;
  readonly blocks: readonly Block[];
}

export const heading = (text: Inline): Block => ({ kind: 'heading', level: 2, text });
export const subheading = (text: Inline): Block => ({ kind: 'heading', level: 3, text });
export const paragraph = (text: Inline): Block => ({ kind: 'paragraph', text });
export const notice = (text: Inline): Block => ({ kind: 'notice', text });
export const list = (items: readonly Inline[]): Block => ({ kind: 'list', items });
export const preformatted = (text: string): Block => ({ kind: 'preformatted', text });
export const details = (summary: Inline, ...blocks: readonly Block[]): Block => ({ kind: 'details', summary, blocks });

/** A table whose columns are named by `titles`; a title that begins with `>` is one of figures, aligned to the right. */
export function table(titles: readonly string[], rows: readonly (readonly Inline[])[]): Block {
  const columns = titles.map(
    (title): Column => (title.startsWith('>') ? { title: title.slice(1), align: 'right' } : { title, align: 'left' }),
  );
  return { kind: 'table', columns, rows };
}
