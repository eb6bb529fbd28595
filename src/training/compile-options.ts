import type { RunConfiguration } from '../protocol/configuration';
import type { CompileOptions } from './compile/compile-network';
import { convolutionArithmetic } from './convolution-arithmetic';
import type { LiveSettings } from './live-settings';
import { gatingOf } from './skipping/gating-of';

/** How a run's network is compiled under the settings as they stand: another result asks for another program. */
export function compileOptionsOf(
  { batchSize, momentum, weightDecay }: Pick<RunConfiguration, 'batchSize' | 'momentum' | 'weightDecay'>,
  { savers }: Pick<LiveSettings, 'savers'>,
): CompileOptions {
  const gating = gatingOf(savers);
  return { batchSize, momentum, weightDecay, ...convolutionArithmetic(savers), ...(gating && { gating }) };
}
