import { basename } from 'node:path';
import type { RunConfiguration } from '../protocol/configuration';

const baselineNames = { '8bit': '8 bit', signsgd: 'SignSGD' } as const;

/** What lists show of a run: its model and its savers, short. */
export function runTitle({ model, savers }: RunConfiguration): string {
  const name = model.kind === 'builtin' ? model.name : fileModelName(model);
  const named = [
    ...(savers.smd.enabled ? [`SMD ${Number(savers.smd.dropProbability.toFixed(2))}`] : []),
    ...(savers.slu.enabled ? [`SLU ${Number(savers.slu.skipRatio.toFixed(2))}`] : []),
    ...(savers.stochasticDepth.enabled ? [`SD ${Number(savers.stochasticDepth.skipRatio.toFixed(2))}`] : []),
    ...(savers.psg.enabled ? ['PSG'] : savers.baseline === 'smb' ? [] : [baselineNames[savers.baseline]]),
  ];
  // Averaging saves nothing: beside it plain training is still that.
  return [name, ...(named.length > 0 ? named : ['SMB']), ...(savers.swa.enabled ? ['SWA'] : [])].join(' · ');
}

function fileModelName({ path, exportName }: { path: string; exportName?: string | undefined }): string {
  return exportName && exportName !== 'default' ? `${basename(path)} ${exportName}` : basename(path);
}
