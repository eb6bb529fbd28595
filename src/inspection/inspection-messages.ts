import type { InspectionResult } from '../protocol/inspection';

/** What the inspector and its process say to each other over IPC. */

export interface InspectionRequest {
  /** Absolute path of the model file. */
  readonly file: string;
  /** The editor's text where it differs from the disk. */
  readonly text?: string;
  /** Without the batch dimension; for models that leave it open. */
  readonly inputShape?: readonly number[];
  /** Interpreter for a Python file; absent, python3 or python on the PATH. */
  readonly python?: string;
  /** Of a Python file's model of this name, the values of all parameters are written into a safetensors file. */
  readonly weights?: { readonly exportName: string; readonly file: string };
}

export type ToInspectionProcess = { readonly type: 'inspect'; readonly id: number; readonly request: InspectionRequest };

export type FromInspectionProcess =
  | { readonly type: 'ready' }
  /** `spent`: the person's code changed something that later inspections would feel; the process must be replaced. */
  | { readonly type: 'result'; readonly id: number; readonly result: InspectionResult; readonly spent: boolean };
