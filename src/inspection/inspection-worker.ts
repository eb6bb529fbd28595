import type { InspectionResult } from '../protocol/inspection';
import type { InspectionRequest } from './inspection-messages';

export type Ending = 'timeout' | 'out-of-memory' | 'process-failed';

/** The process ended, or was ended, before it answered. */
export class InspectionEnded extends Error {
  constructor(
    readonly ending: Ending,
    readonly detail: string,
  ) {
    super(detail);
  }
}

export interface InspectionAnswer {
  readonly result: InspectionResult;
  /** The process must be replaced before it inspects another file. */
  readonly spent: boolean;
}

/** A process that inspects one file at a time. */
export interface InspectionWorker {
  readonly usable: boolean;
  /** @throws InspectionEnded when the process does not answer within its limits. */
  inspect(request: InspectionRequest, timeoutMs: number): Promise<InspectionAnswer>;
  /** Ends the process; a question under way is answered with this reason. */
  end(ending: Ending): void;
}

/** Only what a process needs to run: a person's code does not get the secrets of the editor's environment. */
export function environmentOf(names: readonly string[]): Record<string, string> {
  const kept = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'USERPROFILE', ...names];
  return Object.fromEntries(kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
}
