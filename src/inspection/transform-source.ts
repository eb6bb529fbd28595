import { SourceMap, type SourceMapPayload } from 'node:module';
import { extname } from 'node:path';
import { type Transform, transform } from 'sucrase';
import { declaredNames } from './declarations';
import { InspectionError } from './problems';

export interface Position {
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
}

export interface TransformedSource {
  readonly code: string;
  /** Where a place in `code` stands in the person's text. */
  originalPosition(generated: Position): Position;
}

/** The source cannot be read as TypeScript or JavaScript. */
export class SourceSyntaxError extends InspectionError {
  constructor(
    readonly file: string,
    readonly position: Position,
    detail: string,
  ) {
    super('syntax-error', `Syntax error: ${detail}.`);
  }
}

const typed = new Set(['.ts', '.tsx', '.mts', '.cts']);
const withTags = new Set(['.tsx', '.jsx']);
const hasModuleSyntax = /^\s*(?:import\s*[\w*{'"$]|export\s*[\w*{])|\bimport\s*\(/m;

/** Name of the function through which a module hands out its top-level bindings. */
export const bindingsHook = '__e2trainBindings';

/** Closures over the module's bindings, put before the module's first character: they work even when the module throws half-way. */
function bindingsPrologue(text: string): string {
  const names = declaredNames(text).map(({ name }) => name);
  return `${bindingsHook}({${names.map((name) => `${name}: () => ${name}`).join(', ')}});`;
}

/**
 * TypeScript or JavaScript, ES module or CommonJS, as the body of a CommonJS function. Lines stay where they are.
 * @throws SourceSyntaxError with the place of the error.
 */
export function transformSource(file: string, source: string): TransformedSource {
  const text = source.replace(/^#!/, '//');
  const extension = extname(file);
  const transforms: Transform[] = [
    ...(typed.has(extension) ? (['typescript'] as const) : []),
    ...(withTags.has(extension) ? (['jsx'] as const) : []),
    ...(hasModuleSyntax.test(text) ? (['imports'] as const) : []),
  ];
  const prologue = bindingsPrologue(text);
  const { code, sourceMap } = transformed(file, text, transforms);
  const map = new SourceMap(sourceMap as unknown as SourceMapPayload);
  return {
    code: prologue + code,
    originalPosition({ line, column }) {
      const shift = line === 1 ? prologue.length : 0;
      const entry = map.findEntry(line - 1, Math.max(0, column - 1 - shift));
      if (!('originalLine' in entry) || entry.originalLine !== line - 1) return { line, column: Math.max(1, column - shift) };
      return { line: entry.originalLine + 1, column: entry.originalColumn + 1 };
    },
  };
}

function transformed(file: string, text: string, transforms: Transform[]) {
  try {
    return transform(text, {
      transforms,
      filePath: file,
      disableESTransforms: true,
      production: true,
      sourceMapOptions: { compiledFilename: file },
    });
  } catch (error) {
    const { message, loc } = error as Error & { loc?: { line: number; column: number } };
    const detail = message.replace(`Error transforming ${file}: `, '').replace(/\s*\(\d+:\d+\)$/, '');
    const first = detail.charAt(0).toLowerCase() + detail.slice(1).replace(/\.$/, '');
    throw new SourceSyntaxError(file, { line: loc?.line ?? 1, column: Math.max(1, loc?.column ?? 1) }, first);
  }
}
