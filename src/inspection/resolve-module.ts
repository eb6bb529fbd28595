import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, isAbsolute, join, resolve } from 'node:path';

const extensions = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.json'];
/** TypeScript lets a source import `./helper.js` and means `./helper.ts`. */
const typedTwins: Record<string, string[]> = { '.js': ['.ts', '.tsx'], '.jsx': ['.tsx'], '.mjs': ['.mts'], '.cjs': ['.cts'] };

const isFile = (path: string) => existsSync(path) && statSync(path).isFile();

function resolvePath(path: string): string | undefined {
  if (isFile(path)) return path;
  const extension = extname(path);
  const bare = path.slice(0, path.length - extension.length);
  const candidates = [
    ...(typedTwins[extension] ?? []).map((twin) => bare + twin),
    ...extensions.map((added) => path + added),
    ...extensions.map((added) => join(path, `index${added}`)),
  ];
  return candidates.find(isFile);
}

/** Entry of a package that is published as an ES module only, which `require.resolve` refuses. */
function resolveModuleOnlyPackage(directory: string, name: string): string | undefined {
  const folder = join(directory, 'node_modules', name);
  const manifest = join(folder, 'package.json');
  if (existsSync(manifest)) {
    const { exports, module, main } = JSON.parse(readFileSync(manifest, 'utf8')) as Record<string, unknown>;
    const root = typeof exports === 'object' && exports !== null && '.' in exports ? exports['.'] : exports;
    const entry = [firstPath(root), module, main, 'index.js'].find((candidate) => typeof candidate === 'string');
    return resolvePath(join(folder, entry as string));
  }
  const parent = dirname(directory);
  return parent === directory ? undefined : resolveModuleOnlyPackage(parent, name);
}

function firstPath(conditions: unknown): string | undefined {
  if (typeof conditions === 'string') return conditions;
  if (typeof conditions !== 'object' || conditions === null) return undefined;
  const { node, import: imported, default: fallback } = conditions as Record<string, unknown>;
  return firstPath(node) ?? firstPath(imported) ?? firstPath(fallback);
}

/** Absolute path of what `specifier` means in the file `from`: a file of the workspace, or of a package of its node_modules. */
export function resolveModule(specifier: string, from: string): string | undefined {
  if (specifier.startsWith('.') || isAbsolute(specifier)) return resolvePath(resolve(dirname(from), specifier));
  try {
    return createRequire(from).resolve(specifier);
  } catch {
    return resolveModuleOnlyPackage(dirname(from), specifier);
  }
}
