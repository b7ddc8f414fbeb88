import { describe, expect, it } from 'vitest';
import { checkWorkerSetup } from '../../src/worker-setup.js';
import { failure, thrownBy } from '../manager/test-manager.js';

describe('workerSetup', () => {
  it('is none by default, and otherwise URLs in the order given: of files, of data, of absolute paths', () => {
    expect(checkWorkerSetup(undefined)).toEqual([]);
    expect(checkWorkerSetup([])).toEqual([]);
    expect(checkWorkerSetup([new URL('file:///bots/b.mjs'), 'file:///bots/a.mjs', '/bots/c d.mjs', 'data:text/javascript,1'])).toEqual([
      'file:///bots/b.mjs',
      'file:///bots/a.mjs',
      'file:///bots/c%20d.mjs',
      'data:text/javascript,1',
    ]);
  });

  it.each([
    [
      './setup.mjs',
      'workerSetup[0] must be a URL or an absolute path: got "./setup.mjs"; a package\'s is import.meta.resolve("./setup.mjs")',
    ],
    ['tsx', 'workerSetup[0] must be a URL or an absolute path: got "tsx"; a package\'s is import.meta.resolve("tsx")'],
    [7, 'workerSetup[0] must be a URL or an absolute path: got 7'],
    [null, 'workerSetup[0] must be a URL or an absolute path: got null'],
    ['https://bots.invalid/setup.mjs', 'workerSetup[0] must be a file: or data: URL: got "https://bots.invalid/setup.mjs"'],
    [new URL('node:fs'), 'workerSetup[0] must be a file: or data: URL: got "node:fs"'],
  ])('%s is refused by name', (module, message) => {
    expect(thrownBy(() => checkWorkerSetup([module]))).toEqual(failure('ERR_CONFIG_INVALID', message));
  });

  it('that is no array is refused; the element that is wrong is named by its index', () => {
    expect(thrownBy(() => checkWorkerSetup('/setup.mjs'))).toEqual(
      failure('ERR_CONFIG_INVALID', 'workerSetup must be an array of module URLs: got "/setup.mjs"'),
    );
    expect(thrownBy(() => checkWorkerSetup(['/setup.mjs', undefined]))).toEqual(
      failure('ERR_CONFIG_INVALID', 'workerSetup[1] must be a URL or an absolute path: got undefined'),
    );
  });
});
