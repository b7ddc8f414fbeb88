import type { Block, Inline, Page } from './page.js';
import { STYLE } from './style.js';

/** One file that asks nothing of anybody: no script, no font, no image; styles and charts are in it. */
export function htmlOf({ title, blocks }: Page): string {
  const sections = blocks.flatMap((block) => (block.kind === 'heading' && block.level === 2 ? [block.text] : []));
  const contents = sections.map((text) => `<li><a href="#${anchorOf(text)}">${inline(text)}</a></li>`).join('');
  return `<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<style>
${STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<nav aria-label="Sections"><ul>${contents}</ul></nav>
${blocks.map(blockHtml).join('\n')}
</main>
</body>
</html>
`;
}

function blockHtml(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `<h${block.level} id="${anchorOf(block.text)}">${inline(block.text)}</h${block.level}>`;
    case 'paragraph':
      return `<p>${inline(block.text)}</p>`;
    case 'notice':
      return `<p class="notice" role="note">${inline(block.text)}</p>`;
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${inline(item)}</li>`).join('\n')}</ul>`;
    case 'table':
      return tableHtml(block);
    case 'preformatted':
      return `<pre>${escaped(block.text)}</pre>`;
    case 'details':
      return `<details><summary>${inline(block.summary)}</summary>\n${block.blocks.map(blockHtml).join('\n')}\n</details>`;
    case 'chart':
      return `<figure><figcaption>${inline(block.caption)}</figcaption><div class="wide">${pictured(block.wide)}</div><div class="narrow">${pictured(block.narrow)}</div></figure>`;
  }
}

/** A table wider than the screen is moved within its frame. */
function tableHtml({ columns, rows }: Extract<Block, { kind: 'table' }>): string {
  const ranged = (index: number): string => (columns[index].align === 'right' ? ' class="figure"' : '');
  const head = columns.map(({ title }, index) => `<th scope="col"${ranged(index)}>${inline(title)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map((cell, index) => `<td${ranged(index)}>${inline(cell)}</td>`).join('')}</tr>`).join('\n');
  return `<div class="table"><table><thead><tr>${head}</tr></thead>\n<tbody>${body}</tbody></table></div>`;
}

function inline(text: Inline): string {
  return escaped(text)
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') ? `<code>${part.slice(1, -1)}</code>` : marked(part)))
    .join('');
}

const marked = (text: string): string =>
  text.replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>').replace(/\[([^\]]+)\]\(([\w./#-]+|https:\/\/[^)\s]+)\)/g, '<a href="$2">$1</a>');

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const anchorOf = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

/** Read out as one picture, by its label, and not text by text. */
const pictured = (svg: string): string => svg.replace('<svg ', '<svg role="img" ');
