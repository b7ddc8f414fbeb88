import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DormouseError, shown } from './errors.js';

const SCHEMES: readonly string[] = ['file:', 'data:'];

/** The modules of the option `workerSetup` as URLs. Throws `ERR_CONFIG_INVALID` naming the value. */
export function checkWorkerSetup(modules: unknown): readonly string[] {
  if (modules === undefined) return [];
  if (!Array.isArray(modules)) throw invalid(`workerSetup must be an array of module URLs: got ${shown(modules)}`);
  return modules.map((module, index) => hrefOf(module, index));
}

function hrefOf(module: unknown, index: number): string {
  const what = `workerSetup[${index}]`;
  if (typeof module === 'string' && isAbsolute(module)) return pathToFileURL(module).href;
  if (!(module instanceof URL) && !(typeof module === 'string' && URL.canParse(module))) {
    const hint = typeof module === 'string' ? `; a package's is import.meta.resolve(${shown(module)})` : '';
    throw invalid(`${what} must be a URL or an absolute path: got ${shown(module)}${hint}`);
  }
  const { href, protocol } = new URL(module);
  if (!SCHEMES.includes(protocol)) throw invalid(`${what} must be a file: or data: URL: got ${shown(href)}`);
  return href;
}

function invalid(message: string): DormouseError {
  return new DormouseError('ERR_CONFIG_INVALID', message);
}
