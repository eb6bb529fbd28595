import { join } from 'node:path';
import type { ModelReference } from '../../protocol/configuration';
import type { RunSummary } from '../../protocol/runs';
import { accuracyText } from '../runs/run-progress';

/** A model that a finished run left, for another run to begin with. */
export interface TrainedModel {
  readonly label: string;
  /** Folder with its weights. */
  readonly folder: string;
  readonly model: ModelReference;
}

/** Only a run that came to its end leaves a model. */
export const leftModel = ({ run }: RunSummary): boolean => run.state === 'finished';

export function trainedModel(summary: RunSummary): TrainedModel {
  const { run, directory } = summary;
  const accuracy = accuracyText(summary);
  const ended = new Date(run.ended ?? run.created).toLocaleString(undefined, { dateStyle: 'short', timeStyle: 'short' });
  const label = [run.title, ...(accuracy ? [accuracy] : []), ended].join(' · ');
  return { label, folder: join(directory, 'model'), model: run.configuration.model };
}
