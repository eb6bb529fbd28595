import type { ConnectionState } from './metrics-connection';

export interface ConnectionText {
  /** Absent when all is well. */
  readonly banner?: string;
  /** Whether the person can do something about it: the log and another try are then offered. */
  readonly broken: boolean;
}

/** What the page says of its connection. `undefined`: the editor has not said yet where the backend is. */
export function describeConnection(state: ConnectionState | undefined, editorIsSilent: boolean): ConnectionText {
  if (!state) {
    return editorIsSilent
      ? { banner: 'The editor has not answered. Close this panel and open it again; the log may say more.', broken: true }
      : { banner: 'Asking the editor for the training backend…', broken: false };
  }
  if (state.kind === 'open') return { broken: false };
  if (state.kind === 'connecting') {
    const way = state.route === 'socket' ? '' : ' through the editor';
    return { banner: `Connecting to the training backend${way}…`, broken: false };
  }
  const again = state.retryMs === undefined ? 'It starts with the next run.' : `Trying again in ${Math.ceil(state.retryMs / 1000)} s.`;
  return { banner: `No live figures: ${state.reason} ${again}`, broken: true };
}
