/**
 * Off-chip traffic of a loop nest under the best of a few simple tilings. A tensor that the buffer cannot hold is worked on in pieces;
 * the tensor that every piece needs is then fetched once per piece.
 */

/** The fewest equal pieces along `divisible` (output channels) such that one piece leaves room in the buffer. */
export function piecesThatFit(bits: number, divisible: number, bufferBits: number): number {
  for (let pieces = 1; pieces < divisible; pieces++) {
    if (divisible % pieces === 0 && bits / pieces < bufferBits) return pieces;
  }
  return divisible;
}

export interface ContractionTraffic {
  /** Bits of the operand that flows through (the inputs of the whole batch). */
  readonly moving: number;
  /** Bits of the operand that is used again for every sample (the weights). */
  readonly reused: number;
  /** Bits of the result (the outputs of the whole batch). */
  readonly result: number;
  /** Bits that the result takes in the buffer while it is summed up. */
  readonly resultSums: number;
  /** Channels of the result: what weights and results can be cut along. */
  readonly resultChannels: number;
}

/**
 * Forward pass and input gradient: bits between off-chip memory and buffer, by the cheapest of three orders:
 * weights stay in pieces and the inputs pass once per piece; sums stay in pieces and the inputs pass once per piece; or inputs stay in
 * pieces and the weights pass once per piece.
 */
export function contractionBits({ moving, reused, result, resultSums, resultChannels }: ContractionTraffic, bufferBits: number): number {
  const passes = Math.min(piecesThatFit(reused, resultChannels, bufferBits), piecesThatFit(resultSums, resultChannels, bufferBits));
  const inputPieces = Math.floor(moving / bufferBits) + 1;
  return result + Math.min(moving * passes + reused, moving + reused * inputPieces);
}

/**
 * Weight gradient: all samples sum into one tensor of accumulator width. Where it does not fit, it is made in pieces and the smaller of the
 * two operands passes once per piece, unless that operand stays in the buffer as well.
 */
export function weightGradientBits(
  operands: { activations: number; gradients: number; result: number; sums: number; channels: number },
  bufferBits: number,
): number {
  const smaller = Math.min(operands.activations, operands.gradients);
  const larger = Math.max(operands.activations, operands.gradients);
  const passes = smaller < bufferBits ? 1 : piecesThatFit(operands.sums, operands.channels, bufferBits);
  return operands.result + larger + smaller * passes;
}
