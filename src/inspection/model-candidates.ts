import { LayersModel } from '@tensorflow/tfjs-layers';
import type { SourceLocation } from '../protocol/layer-graph';
import { type Declaration, declaredNames, exportStatement } from './declarations';

/** Something in a model file that may be a model or make one. */
export interface ModelCandidate {
  readonly exportName: string;
  readonly source: SourceLocation;
  readonly value: object;
}

interface ModelFile {
  readonly file: string;
  readonly text: string;
  /** `undefined` when loading threw before there were exports. */
  readonly exports: unknown;
  binding(name: string): unknown;
}

const isPromise = (value: unknown): value is Promise<unknown> => typeof (value as { then?: unknown } | null)?.then === 'function';

/** Classes are no model makers; functions are. */
export function isModelMaker(value: unknown): value is (...values: unknown[]) => unknown {
  return typeof value === 'function' && !/^class\b/.test(Function.prototype.toString.call(value));
}

function namedExports(exports: unknown): [string, unknown][] {
  if (exports instanceof LayersModel || typeof exports === 'function') {
    return [
      ['default', exports],
      ...Object.entries(exports as object).filter(([, value]) => value instanceof LayersModel || isModelMaker(value)),
    ];
  }
  if (typeof exports !== 'object' || exports === null) return exports === undefined ? [] : [['default', exports]];
  return Object.keys(exports).map((name) => [name, (exports as Record<string, unknown>)[name]]);
}

/**
 * Exports of a model file and, behind them, the models in its module-level variables. What is there under two names comes once, under
 * the name of its export, at the line of its declaration.
 */
export function modelCandidates({ file, text, exports, binding }: ModelFile): ModelCandidate[] {
  const declared = declaredNames(text).map((declaration) => ({ ...declaration, value: binding(declaration.name) }));
  const candidates = new Map<object, ModelCandidate>();
  const add = (exportName: string, value: unknown, place: Pick<Declaration, 'line' | 'column'>) => {
    const usable = value instanceof LayersModel || isModelMaker(value) || isPromise(value);
    if (!usable || candidates.has(value)) return;
    candidates.set(value, { exportName, value, source: { file, line: place.line, column: place.column } });
  };
  for (const [name, value] of namedExports(exports)) {
    const declaration = declared.find((candidate) => candidate.value !== undefined && candidate.value === value);
    add(name, value, declaration ?? exportStatement(text, name));
  }
  for (const { name, value, line, column } of declared) {
    if (value instanceof LayersModel) add(name, value, { line, column });
  }
  return [...candidates.values()];
}
