import { convolutionArithmetic } from './convolution-arithmetic';
import type { WeightValues } from './initialize-weights';
import type { Quantization, StoredModel } from './layers-model';
import type { LiveSettings } from './live-settings';

/** What a stored model says of its fixed point; nothing where it computes in float32. Ranges stand among the weights as the trainer reads them. */
export function quantizedInference({ savers }: LiveSettings, values: WeightValues): { quantization?: Quantization } {
  const { fixedPoint } = convolutionArithmetic(savers);
  if (!fixedPoint) return {};
  const { activationBits, weightBits, skipping = false } = fixedPoint;
  const ranges = [...values].filter(([name]) => name.endsWith('/input_range')).map(([name, range]) => [name, range[0]!]);
  return { quantization: { activationBits, weightBits, skipping, ranges: Object.fromEntries(ranges) } };
}

/** All values of a stored model, ranges of activations included, as the trainer takes them. */
export function modelValues({ weights, metadata }: Pick<StoredModel, 'weights' | 'metadata'>): WeightValues {
  const ranges = Object.entries(metadata.quantization?.ranges ?? {});
  return new Map([...weights, ...ranges.map(([name, range]): [string, Float32Array] => [name, Float32Array.of(range)])]);
}
