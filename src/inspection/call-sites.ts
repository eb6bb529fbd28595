import type { SourceLocation } from '../protocol/layer-graph';
import type { Position } from './transform-source';

/** Frames deeper than this are not looked at: model builders may recurse, but not so far between a layer and the line that makes it. */
const deepest = 100;

export interface OwnSources {
  isOwn(file: string): boolean;
  readonly sources: ReadonlyMap<string, { originalPosition(generated: Position): Position }>;
}

/**
 * The innermost line of the person's own files on the present call stack: the call that is being made. `beyondConstructors` leaves out the
 * constructor that is running: a layer of a person's own class is made by the line with `new`, not by the class.
 */
export function ownCallSite(own: OwnSources, beyondConstructors = false): SourceLocation | undefined {
  for (const site of presentStack()) {
    if (beyondConstructors && site.isConstructor()) continue;
    const file = site.getFileName();
    const line = site.getLineNumber();
    if (file && line && own.isOwn(file)) return ownLocation(own, file, { line, column: site.getColumnNumber() ?? 1 });
  }
  return undefined;
}

/** The innermost line of the person's own files in the stack of something that was thrown. */
export function ownThrowSite(own: OwnSources, stack: string): SourceLocation | undefined {
  for (const match of stack.matchAll(/(?:\(|at (?:async )?|^)(?:file:\/\/)?((?:[A-Za-z]:)?[\\/][^:()\n]*):(\d+)(?::(\d+))?/gm)) {
    const [, file, line, column] = match;
    if (file && own.isOwn(file)) return ownLocation(own, file, { line: Number(line), column: Number(column ?? 1) });
  }
  return undefined;
}

function ownLocation(own: OwnSources, file: string, generated: Position): SourceLocation {
  return { file, ...(own.sources.get(file)?.originalPosition(generated) ?? generated) };
}

function presentStack(): NodeJS.CallSite[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.stackTraceLimit = deepest;
  Error.prepareStackTrace = (_, sites) => sites;
  try {
    const holder: { stack?: NodeJS.CallSite[] } = {};
    Error.captureStackTrace(holder, presentStack);
    return holder.stack ?? [];
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}
