/** Width of an operand in bits, 1 to 32. Partial sums have the profile's accumulator width; weights are updated in 32 bits. */
export type OperandBits = number;

/** At which widths a way of training multiplies and moves its tensors. */
export interface OperandWidths {
  /** Operands of convolutions. */
  readonly weights: OperandBits;
  readonly activations: OperandBits;
  readonly gradients: OperandBits;
  /**
   * What lies between convolutions: their results, and all that element-wise layers read and write. Dense and other layers then stay in fp32.
   * Where absent, every tensor has its operand's width.
   */
  readonly between?: OperandBits;
  /**
   * MSB predictor of the weight gradient (PSG; E2-Train, section 3.3): a pass over all entries with narrower operands, after which only the
   * entries that it did not decide are computed in full.
   */
  readonly predictor?: { readonly activations: OperandBits; readonly gradients: OperandBits };
}

/** Plain training (SMB): everything in 32-bit floating point. */
export const fullPrecision: OperandWidths = { weights: 32, activations: 32, gradients: 32 };

/** MACs whose multipliers take operands of these widths. */
export interface MacCount {
  readonly count: number;
  readonly bits: readonly [OperandBits, OperandBits];
}

/** What one phase of one layer does in one iteration: countable things, before any of them has a price. */
export interface PhaseWork {
  readonly macs: readonly MacCount[];
  /** Bits read from and written to the registers beside the MAC units. */
  readonly registerBits: number;
  /** Element-wise 32-bit additions (comparisons count as one) and multiplications. */
  readonly additions: number;
  readonly multiplications: number;
  /** Bits read from and written to the on-chip buffer. */
  readonly sramBits: number;
  /** Bits moved to and from off-chip memory. */
  readonly dramBits: number;
  /** Cycles that the MAC array takes for the MACs; element-wise work is not in it. */
  readonly cycles: number;
}

export const noWork: PhaseWork = { macs: [], registerBits: 0, additions: 0, multiplications: 0, sramBits: 0, dramBits: 0, cycles: 0 };

/** Element-wise work whose bits go once between off-chip memory and the arithmetic units: written to the buffer once, read from it once. */
export function streamed(dramBits: number, additions: number, multiplications: number): PhaseWork {
  return { ...noWork, additions, multiplications, dramBits, sramBits: 2 * dramBits };
}

export function sumOfWork(a: PhaseWork, b: PhaseWork): PhaseWork {
  if (a === noWork) return b;
  if (b === noWork) return a;
  return {
    macs: [...a.macs, ...b.macs],
    registerBits: a.registerBits + b.registerBits,
    additions: a.additions + b.additions,
    multiplications: a.multiplications + b.multiplications,
    sramBits: a.sramBits + b.sramBits,
    dramBits: a.dramBits + b.dramBits,
    cycles: a.cycles + b.cycles,
  };
}
