/**
 * What the planner and the kernels must both know to agree on where things lie, beside the records. The build writes these into
 * `kernel-layout.h` under the same names, so that the fingerprint holds for them too: neither side can change one alone.
 */
export const sharedConstants = {
  /** Tensors start at multiples of so many bytes: a whole vector of the widest build, and a cache line. */
  placeBytes: 64,
  /** Samples that the dense kernel gathers at a time. */
  denseRows: 16,
  /** Loss, top-1 and top-5 of a sample. */
  metricsOfSample: 3,
  /** Pixels whose products with a 1×1 window are summed up in registers before they are added to the weight gradient in memory. */
  pointwiseGradientPixels: 128,
  /** Words between the counts of two threads, which `predictiveGradient` leaves and `sumCounts` adds up. */
  countsPitch: 16,
  /** Winograd's F(4×4, 3×3): rows and columns of the outputs of a tile, and of the inputs that it sees. */
  tileOutputs: 4,
  tileInputs: 6,
  /** Tiles for which a plane in scratch memory has room. */
  mostTiles: 32,
  /** Floats between two planes, which keep them from starting at the same set of the cache. */
  planeGap: 16,
  /** Tiles of the smallest register tile: the products of a plane are computed in multiples of so many. */
  smallestPlaneTile: 4,
  /** Chains of multiply-adds in a round of the peak's kernel. */
  peakChains: 12,
} as const;
