import type { BackendMessage, LogLevel } from '../protocol/messages';

export type Log = (level: LogLevel, message: string) => void;

/** Says something to the parent; without a parent (started by hand) there is nobody to tell. */
export function tellParent(message: BackendMessage): void {
  if (!process.connected) return;
  // The channel may close between the check and the write; the parent is gone then and the loss does not matter.
  process.send?.(message, undefined, undefined, () => {});
}

export const logToParent: Log = (level, message) => tellParent({ type: 'log', level, message });

/** An error as log text: the stack, since this goes to the log and not at the person. */
export const describe = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
