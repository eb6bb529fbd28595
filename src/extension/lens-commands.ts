import type * as vscode from 'vscode';
import type { LensAction } from './annotations/model-lenses';
import { commands } from './commands';

/** The command behind what a CodeLens does. */
export function commandOfLens(uri: vscode.Uri, action: LensAction): { command: string; arguments?: unknown[] } {
  switch (action.kind) {
    case 'train':
      return { command: commands.train, arguments: [{ uri, exportName: action.exportName }] };
    case 'measure':
      return { command: commands.measure, arguments: [{ uri, exportName: action.exportName }] };
    case 'savers':
      return { command: 'e2train.savers.focus' };
    case 'layers':
      return { command: commands.showLayers, arguments: [{ uri, exportName: action.exportName }] };
    case 'deviceProfile':
      return { command: commands.showDeviceProfile };
    case 'setInputShape':
      return { command: commands.setInputShape, arguments: [{ uri, exportName: action.exportName }] };
    case 'showProblem':
      return { command: commands.showLine, arguments: [{ uri, line: action.line }] };
    case 'manageTrust':
      return { command: 'workbench.trust.manage' };
  }
}

/** Which model a command is for. */
export interface ModelArgument {
  readonly uri: vscode.Uri;
  readonly exportName?: string;
}

/** Where a command brings the editor. */
export interface LineArgument {
  readonly uri: vscode.Uri;
  /** From 1. */
  readonly line: number;
}
