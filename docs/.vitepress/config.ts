import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitepress';

const decisionsFolder = new URL('../decisions/', import.meta.url);
const apiSidebar = new URL('../api/typedoc-sidebar.json', import.meta.url);

/** Decision records as they are numbered, each under its own first heading. */
const decisions = readdirSync(decisionsFolder)
  .filter((name) => /^\d{4}-.*\.md$/.test(name))
  .sort()
  .map((name) => ({
    text: /^# (.+)$/m.exec(readFileSync(new URL(name, decisionsFolder), 'utf8'))?.[1] ?? name,
    link: `/decisions/${name.slice(0, -'.md'.length)}`,
  }));

export default defineConfig({
  title: 'Dormouse',
  description:
    'Thousands of stateful bot sessions in one Node.js process: typed state in shared memory, updated tick by tick, with the same result whichever scheduler runs them.',
  cleanUrls: true,
  rewrites: { 'decisions/README.md': 'decisions/index.md' },
  themeConfig: {
    search: { provider: 'local' },
    nav: [
      { text: 'Guide', link: '/getting-started' },
      { text: 'API', link: '/api/' },
      { text: 'Decisions', link: '/decisions/' },
    ],
    sidebar: [
      {
        text: 'Guide',
        items: [
          { text: 'Getting started', link: '/getting-started' },
          { text: 'A bot host, piece by piece', link: '/bot-host' },
          { text: 'Moving your bots here', link: '/moving-your-bots' },
          { text: 'Testing your bots', link: '/testing' },
          { text: 'Record and replay', link: '/record-and-replay' },
          { text: 'TypeScript and your tools', link: '/typescript-and-tools' },
          { text: 'Concepts', link: '/concepts' },
          { text: 'Updates in WebAssembly', link: '/kernels' },
          { text: 'Choosing a scheduler', link: '/choosing-a-scheduler' },
          { text: 'When a session goes wrong', link: '/faults' },
          { text: 'Sleep', link: '/hibernation' },
          { text: 'Durability', link: '/durability' },
          { text: 'Configuration', link: '/configuration' },
          { text: 'Write a scheduler', link: '/write-a-scheduler' },
          { text: 'How the comparison is measured', link: '/benchmark-method' },
          { text: 'The benchmark’s workloads', link: '/workloads' },
          { text: 'Requirements', link: '/requirements' },
        ],
      },
      { text: 'API', link: '/api/', collapsed: true, items: existsSync(apiSidebar) ? JSON.parse(readFileSync(apiSidebar, 'utf8')) : [] },
      { text: 'Decisions', link: '/decisions/', collapsed: true, items: decisions },
    ],
  },
});
