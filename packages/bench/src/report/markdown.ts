import type { Block, Page } from './page.js';

/** The page as GitHub shows it. Charts are left out: they are in the HTML page. */
export function markdownOf({ title, blocks }: Page): string {
  return `# ${title}\n\n${markdownOfBlocks(blocks)}\n`;
}

export function markdownOfBlocks(blocks: readonly Block[]): string {
  return blocks
    .filter(({ kind }) => kind !== 'chart')
    .map(blockText)
    .join('\n\n');
}

function blockText(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `${'#'.repeat(block.level)} ${escaped(block.text)}`;
    case 'paragraph':
      return escaped(block.text);
    case 'notice':
      return `> **${escaped(block.text)}**`;
    case 'list':
      return block.items.map((item) => `- ${escaped(item)}`).join('\n');
    case 'table': {
      const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
      const rule = `|${block.columns.map(({ align }) => (align === 'right' ? '--:' : '---')).join('|')}|`;
      return [line(block.columns.map(({ title }) => title)), rule, ...block.rows.map(line)].join('\n');
    }
    case 'preformatted':
      return `\`\`\`text\n${block.text}\n\`\`\``;
    case 'details':
      return `<details><summary>${escaped(block.summary)}</summary>\n\n${markdownOfBlocks(block.blocks)}\n\n</details>`;
    case 'chart':
      return '';
  }
}

const cell = (text: string): string => escaped(text).replaceAll('|', '\\|').replaceAll('\n', ' ');

/** Outside of code, what GitHub would take for a tag or for an entity is shown as it is written. */
function escaped(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') ? part : part.replaceAll('&', '&amp;').replaceAll('<', '&lt;')))
    .join('');
}
