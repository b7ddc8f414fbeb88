import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

/** One for each of the workloads' modules. */
const KERNELS = ['light', 'heavy'];
/** What docs/kernels.md says of them. */
const OPTIONS = [
  ...['-O3', '--noAssert', '--runtime', 'stub', '--use', 'abort=', '--enable', 'simd,threads'],
  ...['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'],
];

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Compiles `assembly/*.ts` to `dist/kernels/*.wasm`. */
export async function compileKernels() {
  for (const kernel of KERNELS) {
    const files = ['--baseDir', path('assembly'), `${kernel}.ts`, '--outFile', path(`dist/kernels/${kernel}.wasm`)];
    const { error, stderr } = await asc.main([...files, ...OPTIONS]);
    if (error !== null) throw new Error(`assembly/${kernel}.ts is not compiled: ${error.message}\n${stderr}`);
  }
}
