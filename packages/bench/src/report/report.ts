import { curvesSection } from './curves-section.js';
import { htmlOf } from './html.js';
import { lifecycleSection, refusalsSection } from './lifecycle-section.js';
import { lossesSection } from './losses.js';
import { markdownOf } from './markdown.js';
import { armsSection, methodSection } from './method-section.js';
import { nativeSection } from './native-section.js';
import { type Block, notice, type Page, paragraph } from './page.js';
import { promisesSection } from './promises-section.js';
import type { Runs } from './runs.js';
import { summarySection } from './summary.js';
import { targetsSection } from './targets-section.js';
import { resourcesSection, workloadsSection } from './workload-section.js';

/** The pages of some runs: the same runs give the same text, to the byte, on every version of Node.js. */
export function pagesOf(runs: Runs): Readonly<Record<'README.md' | 'index.html', string>> {
  const page = pageOf(runs);
  return { 'README.md': markdownOf(page), 'index.html': htmlOf(page) };
}

function pageOf(runs: Runs): Page {
  const { machine, startedAt, arms } = titleFacts(runs);
  return {
    title: `Stateful sessions on thread pools: ${arms} arms on ${machine.cores} ${machine.cores === 1 ? 'core' : 'cores'}, ${machine.cpu}, ${startedAt.slice(0, 10)}`,
    blocks: [
      ...noticesOf(runs),
      paragraph(
        `What runs thousands of bot sessions a tick, and how long it takes: Dormouse, pool libraries used by hand, plain objects, an entity library, a C++ program. The same verified work for all of them.${machine.cores === 2 ? ' Two cores show what a second thread brings, and nothing of what many bring.' : ''} Charts: [index.html](index.html); raw data: [data](data).`,
      ),
      ...summarySection(runs),
      ...nativeSection(runs),
      ...lossesSection(runs),
      ...workloadsSection(runs),
      ...curvesSection(runs),
      ...lifecycleSection(runs),
      ...resourcesSection(runs),
      ...targetsSection(runs),
      ...promisesSection(),
      ...refusalsSection(runs),
      ...methodSection(runs),
      ...armsSection(runs),
    ],
  };
}

function titleFacts({ first: { machine, startedAt }, arms }: Runs) {
  return { machine, startedAt, arms: arms.size };
}

function noticesOf({ all }: Runs): Block[] {
  return [
    ...(all.some(({ smoke }) => smoke) ? [notice('Draft: a smoke run. The work was verified; its times say nothing.')] : []),
    ...(all.some(({ partial }) => partial)
      ? [notice('Draft: the run was stopped before its end. Tables that are here are whole; others are missing.')]
      : []),
    ...(all.some(({ commit }) => commit?.endsWith('+')) ? [notice('Draft: measured in a work tree with changes that no commit has.')] : []),
  ];
}
