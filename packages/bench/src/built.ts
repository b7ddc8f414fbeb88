/** URL of a module of the build, also where this file is run as source: it lies as deep in `src` as what is built of it in `dist`. */
export function builtUrl(path: string): URL {
  return new URL(`../dist/${path}`, import.meta.url);
}
