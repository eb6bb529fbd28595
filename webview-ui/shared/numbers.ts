/** A whole number with separators, digit for digit: `12,800`. For iterations and images, where a reader counts. */
export function formatWhole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** Accuracy to a tenth of a per cent, so that small gains show: `84.2 %`. */
export function formatAccuracy(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
