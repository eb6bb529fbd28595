/** What images a data set holds, told from the names of its files alone: enough to size a built-in network before the data is read. */
export interface ImageFacts {
  /** Height, width, channels. */
  readonly shape: readonly [number, number, number];
  readonly classes: number;
}

/** The built-in sample of Fashion-MNIST. */
export const builtinImages: ImageFacts = { shape: [28, 28, 1], classes: 10 };

/** Undefined where the folder is of no known kind. */
export function imageFactsOf(fileNames: readonly string[]): ImageFacts | undefined {
  const has = (pattern: RegExp) => fileNames.some((name) => pattern.test(name));
  if (has(/^data_batch_\d\.bin$/)) return { shape: [32, 32, 3], classes: 10 };
  if (has(/^train\.bin$/)) return { shape: [32, 32, 3], classes: 100 };
  if (has(/idx3-ubyte(\.gz)?$/)) return builtinImages;
  return undefined;
}
