import type { PlopTypes } from '@turbo/gen';
import { DESCRIPTION, isFree, isName, writePackage, writeStandalone } from './scheduler-package.js';

/** What `pnpm turbo gen` offers. Each question is also an argument of `--args`, in this order. */
export default function generators(plop: PlopTypes.NodePlopAPI): void {
  const repository = plop.getDestBasePath();
  const name = {
    type: 'input',
    name: 'name',
    message: 'Name of the scheduler (my-pool gives myPoolScheduler):',
    validate: isName,
  };

  plop.setGenerator('scheduler', {
    description: `${DESCRIPTION}, as packages/scheduler-<name> of this repository`,
    prompts: [{ ...name, validate: (given: string) => isFree(repository, given) }],
    actions: [(answers) => writePackage(repository, answers.name)],
  });

  plop.setGenerator('standalone-scheduler', {
    description: `${DESCRIPTION}, as a project of your own outside of this repository`,
    prompts: [name, { type: 'input', name: 'folder', message: 'Folder, a new one, as seen from the repository:' }],
    actions: [(answers) => writeStandalone(repository, answers.name, answers.folder)],
  });
}
