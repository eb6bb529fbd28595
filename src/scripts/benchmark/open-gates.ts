import type { BlockDraw } from '../../training/skipping/block-draws';

/** A gate opens where its probability is above its draw: below 0 it always does, above 1 never. */
const [opens, closes] = [-1, 2];

/**
 * A draw for SLU's gates that opens a given share of all pairs of gate and sample, whatever the gates say: exactly, and spread evenly over
 * gates and samples.
 */
export function openGates(samples: number, gates: number, share: number): BlockDraw {
  const uniforms = new Float32Array(samples * gates);
  // Pair by pair along the samples of a gate, so that each gate has its share of closed ones, at other samples than its neighbours.
  for (let pair = 0; pair < uniforms.length; pair++) {
    const [gate, sample] = [Math.floor(pair / samples), pair % samples];
    uniforms[sample * gates + gate] = Math.floor((pair + 1) * share) > Math.floor(pair * share) ? opens : closes;
  }
  return { uniforms };
}
