import type { OperandWidths } from './work';

/** What one executed training iteration was made of, as counts: the trainer notes it, the ledger turns it into joules. */
export interface IterationWork {
  /** Samples of the batch: all that is not in a gated block ran on them. */
  readonly samples: number;
  /** Blocks that may be skipped (SLU, stochastic depth). Absent where every block runs for every sample. */
  readonly blocks?: {
    /**
     * Samples that ran through the residual branch of each, by the name of the block's add; 0 where none did. The branch and its add ran on
     * these, forward and backward; gates, shortcuts and all other layers ran on the whole batch.
     */
    readonly samples: ReadonlyMap<string, number>;
    /** Whether a gate (SLU) decided for each block and learnt from it. Stochastic depth has none. */
    readonly gates: boolean;
  };
  /** Widths at which convolutions computed; fp32 where absent. */
  readonly bits?: OperandWidths;
  /** PSG: entries of the weight gradient that the predictor decided, by the convolution's name. Counts only where `bits` has a predictor. */
  readonly predictedEntries?: ReadonlyMap<string, number>;
}
