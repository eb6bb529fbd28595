/** What a step of ours is held to: at least so many times as fast as a peer. */
export type Ratio = 'torchNative' | 'torchWasm' | 'tfjsNative' | 'tfjsWasm';

/** The bar of a ratio on a network; none where nothing was promised. PyTorch is ahead of WebAssembly's 128 bits by how wide its vectors are. */
export function barOf(ratio: Ratio, network: string, widestVectors: string): number | undefined {
  if (ratio === 'torchNative') return network === 'mobilenetv2' ? 1.5 : 2.5;
  if (network === 'mobilenetv2') return undefined;
  if (ratio === 'torchWasm') return widestVectors === 'AVX-512' ? 0.85 : 1.3;
  return ratio === 'tfjsNative' ? 8 : 3;
}
