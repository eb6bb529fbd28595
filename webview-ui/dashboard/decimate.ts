export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * At most two points per bucket, its smallest and its largest y in the order they stand, so peaks stay visible. Points with equal share of
 * the x axis fall in one bucket; fewer points than 2 · buckets come back as they are.
 */
export function decimate(x: readonly number[], y: readonly number[], buckets: number): Point[] {
  const count = Math.min(x.length, y.length);
  if (count <= 2 * buckets) return Array.from({ length: count }, (_, index) => ({ x: x[index]!, y: y[index]! }));
  const start = x[0]!;
  const width = (x[count - 1]! - start) / buckets || 1;
  const points: Point[] = [];
  const add = (index: number) => points.push({ x: x[index]!, y: y[index]! });
  let index = 0;
  while (index < count) {
    const bucket = Math.min(buckets - 1, Math.floor((x[index]! - start) / width));
    let low = index;
    let high = index;
    while (index < count && Math.min(buckets - 1, Math.floor((x[index]! - start) / width)) === bucket) {
      if (y[index]! < y[low]!) low = index;
      if (y[index]! > y[high]!) high = index;
      index++;
    }
    add(Math.min(low, high));
    if (low !== high) add(Math.max(low, high));
  }
  return points;
}

/** At most `count` points at even distances, first and last among them: for sums, which have no peaks to lose. Series of one x share their places. */
export function sampleEvenly(x: readonly number[], y: readonly number[], count: number): Point[] {
  const all = Math.min(x.length, y.length);
  const taken = Math.min(all, Math.max(2, count));
  return Array.from({ length: taken }, (_, place) => {
    const index = taken === 1 ? 0 : Math.round((place * (all - 1)) / (taken - 1));
    return { x: x[index]!, y: y[index]! };
  });
}
