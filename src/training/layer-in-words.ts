import { basename } from 'node:path';
import type { Layer } from '../protocol/layer-graph';

/** A layer as an error names it, with its line where it is known: `layer "lstm_1" (model.ts:12)`. */
export function layerInWords(layer: Layer): string {
  const where = layer.source ? ` (${basename(layer.source.file)}:${layer.source.line})` : '';
  return `layer “${layer.name}”${where}`;
}

/** A shape as people write it: 32×32×3. */
export function shapeInWords(shape: readonly number[]): string {
  return shape.join('×');
}
