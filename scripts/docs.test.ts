import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
/** A package that depends on core and schedulers alone, as a user's project does. */
const project = new URL('../examples/hello/', import.meta.url);
/** Samples are files there, where threads can import them. */
const files = new URL(`node_modules/.samples-${process.pid}/`, project);
let count = 0;
afterAll(() => rmSync(files, { recursive: true, force: true }));

async function outputOf(program: string): Promise<string> {
  const file = new URL(`${++count}.mjs`, files);
  mkdirSync(files, { recursive: true });
  writeFileSync(file, program);
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [fileURLToPath(file)], { cwd: fileURLToPath(project) });
  expect(stderr).toBe('');
  return stdout;
}

interface Sample {
  readonly title: string;
  readonly program: string;
  readonly printed: string;
}

/** Programs of a page that stand above what they print, under the headings of their sections. */
function samplesOf(page: string): Sample[] {
  return page.split(/^## /m).flatMap((section) => {
    const title = section.slice(0, section.indexOf('\n'));
    return [...section.matchAll(/^```js\n((?:(?!^```)[\s\S])*)```\n\n```text\n([\s\S]*?)```/gm)].map(([, program, printed]) => ({
      title,
      program,
      printed,
    }));
  });
}

/** Pages whose every section is a sample, and pages that have some. */
const ALL_SAMPLES = ['docs/bot-host.md', 'docs/testing.md'];
const SOME_SAMPLES = [
  'docs/choosing-a-scheduler.md',
  'docs/faults.md',
  'docs/hibernation.md',
  'docs/moving-your-bots.md',
  'docs/record-and-replay.md',
];

describe.each([...ALL_SAMPLES, ...SOME_SAMPLES])('%s', (path) => {
  const page = read(path);
  const samples = samplesOf(page);

  it('is tested in all that it says is printed', () => {
    expect(samples.length).toBeGreaterThan(0);
    expect(samples.length).toBe(page.match(/^```text$/gm)?.length);
  });

  it.each(samples)('$title: prints what it says', async ({ program, printed }) => {
    expect(await outputOf(program)).toBe(printed);
  });
});

it.each(ALL_SAMPLES)('%s has one sample in each section, and no program beside', (path) => {
  const page = read(path);
  const samples = samplesOf(page);
  expect(samples.map(({ title }) => title)).toEqual([...page.matchAll(/^## (.+)$/gm)].map(([, title]) => title));
  expect(samples.length).toBe(page.match(/^```js$/gm)?.length);
});

it('the API in one screen of the README runs as it is written', async () => {
  const program = /^## The API in one screen\n\n```js\n([\s\S]*?)```/m.exec(read('README.md'))?.[1] ?? '';
  expect(program).toContain('SessionManager.start');
  expect(await outputOf(program)).toBe('');
});

it('docs/decisions/README.md lists every decision under its own title', () => {
  const records = readdirSync(new URL('../docs/decisions/', import.meta.url)).filter((name) => /^\d{4}-/.test(name));
  const rows = records.sort().map((name) => `- [${/^# (.+)$/m.exec(read(`docs/decisions/${name}`))?.[1]}](${name})`);
  expect(read('docs/decisions/README.md').match(/^- \[\d{4}: .*$/gm)).toEqual(rows);
});

it('docs/requirements.md has each of R-01 … R-33 once', () => {
  const ids = Array.from({ length: 33 }, (_, index) => `R-${String(index + 1).padStart(2, '0')}`);
  expect([...read('docs/requirements.md').matchAll(/^\| (R-\d\d) \|/gm)].map(([, id]) => id)).toEqual(ids);
});
