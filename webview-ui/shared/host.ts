import type * as z from 'zod';

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** The extension host as one page sees it: checked messages in, typed messages out, and the page's kept state. */
export interface Host<In, Out, State> {
  post(message: Out): void;
  /** Messages of an unexpected form are left out and noted on the console. */
  onMessage(listener: (message: In) => void): void;
  /** What the page kept before it was hidden or reloaded; the schema's defaults where there is nothing usable. */
  readonly kept: State;
  keep(state: State): void;
}

/** May be called once per page. */
export function connectHost<In, Out, State>(incoming: z.ZodType<In>, state: z.ZodType<State>): Host<In, Out, State> {
  const api = acquireVsCodeApi();
  const kept = state.safeParse(api.getState() ?? {});
  return {
    post: (message) => api.postMessage(message),
    onMessage(listener) {
      window.addEventListener('message', ({ data }) => {
        const message = incoming.safeParse(data);
        if (message.success) listener(message.data);
        else console.error('A message of the editor has an unexpected form.', message.error);
      });
    },
    kept: kept.success ? kept.data : state.parse({}),
    keep: (value) => api.setState(value),
  };
}
