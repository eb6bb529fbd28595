import { formatJoules, formatShare } from '../../energy/format';
import type { InspectedModel, InspectionProblem } from '../../protocol/inspection';
import { localize } from '../localize';
import { estimatedMark } from './annotation-text';
import type { EstimatedModel } from './estimated-model';
import { missingFigures } from './missing-figures';

/** What a CodeLens above a model does when it is clicked. */
export type LensAction =
  | { readonly kind: 'train'; readonly exportName: string }
  | { readonly kind: 'measure'; readonly exportName: string }
  | { readonly kind: 'savers' }
  | { readonly kind: 'layers'; readonly exportName: string }
  | { readonly kind: 'setInputShape'; readonly exportName: string | undefined }
  | { readonly kind: 'deviceProfile' }
  | { readonly kind: 'showProblem'; readonly line: number }
  | { readonly kind: 'manageTrust' };

export interface ModelLens {
  /** From 1. */
  readonly line: number;
  readonly title: string;
  readonly tooltip: string;
  readonly action: LensAction;
}

/** `▷ Train · Measure · ~1.2 J/iteration · saves 33 % · Layers`, each part a lens of its own, once per model of the file. */
export function modelLenses(file: string, { model, run }: EstimatedModel): ModelLens[] {
  const line = lineOf(file, model);
  const { exportName } = model;
  const lenses: ModelLens[] = [
    ...actionLenses(line, exportName),
    {
      line,
      title: localize('{0}/iteration', estimatedMark + formatJoules(run.iterationJ)),
      tooltip: localize('Estimated energy of one computed training iteration'),
      action: { kind: 'layers', exportName },
    },
  ];
  if (run.savedShare !== 0) {
    lenses.push({
      line,
      title:
        run.savedShare > 0 ? localize('saves {0}', formatShare(run.savedShare)) : localize('costs {0} more', formatShare(-run.savedShare)),
      tooltip: localize('Estimated for the whole run, beside the same run without savers'),
      action: { kind: 'savers' },
    });
  }
  lenses.push({
    line,
    title: localize('Layers'),
    tooltip: localize('Show every layer in the Layers view'),
    action: { kind: 'layers', exportName },
  });
  return lenses;
}

/** The same without figures: what can be done, and why there are none. @param reason absent while they are computed. */
export function unestimatedLenses(file: string, model: InspectedModel, reason: string | undefined): ModelLens[] {
  const line = lineOf(file, model);
  const { exportName } = model;
  const words = missingFigures(reason);
  const lens: ModelLens =
    reason === undefined
      ? { line, title: words, tooltip: words, action: { kind: 'layers', exportName } }
      : { line, title: `$(warning) ${words}`, tooltip: reason, action: { kind: 'deviceProfile' } };
  return [...actionLenses(line, exportName), lens];
}

const lineOf = (file: string, { source }: InspectedModel): number => (source.file === file ? source.line : 1);

function actionLenses(line: number, exportName: string): ModelLens[] {
  return [
    {
      line,
      title: `$(play) ${localize('Train')}`,
      tooltip: localize('Train {0} with the settings of the Savers view', exportName),
      action: { kind: 'train', exportName },
    },
    {
      line,
      title: localize('Measure'),
      tooltip: localize('Measure the energy of the layers of {0} on a board', exportName),
      action: { kind: 'measure', exportName },
    },
  ];
}

/**
 * A file that merely has helpers in it is not at fault for having no model: neither one that other models are built with, nor a named export
 * that nobody calls a model.
 */
export function isWorthShowing({ code, exportName }: InspectionProblem, helpsOthers: boolean): boolean {
  if (code !== 'no-model') return true;
  return !helpsOthers && (exportName === undefined || exportName === 'default' || /model|net/i.test(exportName));
}

/**
 * The lens of a problem. It stands where the model's lens stood, so that lines do not jump while someone types; the problem's own line
 * gets the diagnostic.
 */
export function problemLens(file: string, problem: InspectionProblem, lastModelLine: number | undefined): ModelLens {
  const problemLine = problem.source?.file === file ? problem.source.line : undefined;
  const line = lastModelLine ?? problemLine ?? 1;
  if (problem.code === 'input-shape-needed') {
    return {
      line,
      title: `$(symbol-ruler) ${localize('Set input shape…')}`,
      tooltip: problem.message,
      action: { kind: 'setInputShape', exportName: problem.exportName },
    };
  }
  return {
    line,
    title: `$(warning) ${problem.message}`,
    tooltip: problem.message,
    action: { kind: 'showProblem', line: problemLine ?? 1 },
  };
}

/** In a workspace that is not trusted. */
export function untrustedLens(): ModelLens {
  return {
    line: 1,
    title: `$(shield) ${localize('E2-Train: no energy shown until you trust this workspace')}`,
    tooltip: localize('To see what the model costs, its file must be run, and that needs your trust.'),
    action: { kind: 'manageTrust' },
  };
}
