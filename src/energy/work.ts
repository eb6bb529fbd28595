/** Widths of the operands in bits. Partial sums have the profile's accumulator width; weights are updated in 32 bits. */
export type OperandBits = 8 | 16 | 32;

export interface OperandWidths {
  readonly weights: OperandBits;
  readonly activations: OperandBits;
  readonly gradients: OperandBits;
}

/** Plain training (SMB): everything in 32-bit floating point. */
export const fullPrecision: OperandWidths = { weights: 32, activations: 32, gradients: 32 };

/** What one phase of one layer does in one iteration: countable things, before any of them has a price. */
export interface PhaseWork {
  readonly macs: number;
  /** Width of the MACs' multipliers. */
  readonly macBits: OperandBits;
  /** Bits read from and written to the registers beside the MAC units. */
  readonly registerBits: number;
  /** Element-wise 32-bit additions (comparisons count as one) and multiplications. */
  readonly additions: number;
  readonly multiplications: number;
  /** Bits read from and written to the on-chip buffer. */
  readonly sramBits: number;
  /** Bits moved to and from off-chip memory. */
  readonly dramBits: number;
}

export const noWork: PhaseWork = { macs: 0, macBits: 32, registerBits: 0, additions: 0, multiplications: 0, sramBits: 0, dramBits: 0 };

/** Element-wise work whose bits go once between off-chip memory and the arithmetic units: written to the buffer once, read from it once. */
export function streamed(dramBits: number, additions: number, multiplications: number): PhaseWork {
  return { ...noWork, additions, multiplications, dramBits, sramBits: 2 * dramBits };
}

export function sumOfWork(a: PhaseWork, b: PhaseWork): PhaseWork {
  return {
    macs: a.macs + b.macs,
    macBits: a.macs > 0 ? a.macBits : b.macBits,
    registerBits: a.registerBits + b.registerBits,
    additions: a.additions + b.additions,
    multiplications: a.multiplications + b.multiplications,
    sramBits: a.sramBits + b.sramBits,
    dramBits: a.dramBits + b.dramBits,
  };
}
