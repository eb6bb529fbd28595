import type { OperandWidths } from './work';

/**
 * Operand widths that a precision's name stands for: `fp32` or `int8` for all operands, `w8a8g16` for weights, activations and gradients.
 * Undefined for names that a board has of its own.
 */
export function widthsOfPrecision(precision: string): OperandWidths | undefined {
  const [, all] = /^(?:fp|int|fixed)(\d{1,2})$/.exec(precision) ?? [];
  if (all !== undefined) return within({ weights: Number(all), activations: Number(all), gradients: Number(all) });
  const [, weights, activations, gradients = weights] = /^w(\d{1,2})a(\d{1,2})(?:g(\d{1,2}))?$/.exec(precision) ?? [];
  if (weights === undefined) return undefined;
  return within({ weights: Number(weights), activations: Number(activations), gradients: Number(gradients) });
}

function within(widths: OperandWidths): OperandWidths | undefined {
  const possible = (bits: number) => bits >= 1 && bits <= 32;
  return possible(widths.weights) && possible(widths.activations) && possible(widths.gradients) ? widths : undefined;
}
