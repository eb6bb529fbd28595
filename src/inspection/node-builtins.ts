import { createRequire, isBuiltin } from 'node:module';
import { InspectionError } from './problems';

/** Modules of Node that only compute or read. */
const harmless = new Set([
  ...['assert', 'assert/strict', 'buffer', 'console', 'constants', 'crypto', 'events', 'os', 'path', 'path/posix', 'path/win32'],
  ...[
    'perf_hooks',
    'punycode',
    'querystring',
    'stream',
    'stream/promises',
    'string_decoder',
    'timers',
    'timers/promises',
    'url',
    'util',
    'zlib',
  ],
]);
const reading = /^(access|exists|lstat|opendir|close|fstat|read|readdir|readlink|readv|realpath|stat)(Sync)?$|^(Stats|Dirent)$/;
/** These read too, unless their flags say otherwise. */
const readingUnlessFlagged = /^(open|readFile)(Sync)?$|^createReadStream$/;

function refusing(name: string, target: object): object {
  return new Proxy(target, {
    get(module, key) {
      const value: unknown = Reflect.get(module, key);
      if (name.startsWith('fs') && key === 'promises') return refusing('fs/promises', value as object);
      if (typeof value !== 'function' || typeof key !== 'string') return value;
      const ofFiles = name.startsWith('fs');
      if (ofFiles && reading.test(key)) return value;
      return function refuse(this: unknown, ...given: unknown[]) {
        if (ofFiles && readingUnlessFlagged.test(key) && flagsOnlyRead(key, given)) return Reflect.apply(value, this, given);
        throw new InspectionError(
          'threw',
          `${name}.${key}() is not run while a model is inspected: keep it out of the code that builds the model.`,
        );
      };
    },
  });
}

/** Whether a call leaves files as they are: its flags, where it has any, open for reading. */
function flagsOnlyRead(key: string, [, second]: readonly unknown[]): boolean {
  if (key.startsWith('open')) return second === undefined || typeof second === 'function' || second === 'r' || second === 0;
  const { flag, flags } = (typeof second === 'object' && second !== null ? second : {}) as { flag?: unknown; flags?: unknown };
  return [flag, flags].every((value) => value === undefined || value === 'r');
}

/**
 * A module of Node as a model file may see it: what computes or reads is real, what writes, connects or starts processes throws when it is
 * called. `undefined` when it is no module of Node.
 */
export function nodeBuiltin(specifier: string): unknown {
  if (!isBuiltin(specifier)) return undefined;
  const name = specifier.replace(/^node:/, '');
  const module = createRequire(__filename)(specifier) as object;
  // A copy, so that a model file that changes a module changes its own copy only.
  return harmless.has(name) ? (typeof module === 'function' ? module : { ...module }) : refusing(name, module);
}
