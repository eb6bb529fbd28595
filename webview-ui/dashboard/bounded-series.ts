/**
 * Columns of numbers over a growing x, thinned evenly (every second point, and again) once there are more than the limit. The last point is
 * always the latest one, whatever was left out before it.
 */
export class BoundedSeries<Column extends string> {
  readonly x: number[] = [];
  readonly columns: Record<Column, number[]>;
  private stride = 1;
  private seen = 0;

  constructor(
    private readonly names: readonly Column[],
    private readonly limit: number,
  ) {
    this.columns = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Column, number[]>;
  }

  get length(): number {
    return this.x.length;
  }

  /** One of how many points is kept. */
  get keptEvery(): number {
    return this.stride;
  }

  /** A column's value at x, between two kept points interpolated; undefined outside of them. */
  at(x: number, name: Column): number | undefined {
    let [low, high] = [0, this.x.length - 1];
    if (high < 0 || x < this.x[low]! || x > this.x[high]!) return undefined;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.x[middle]! <= x) low = middle;
      else high = middle;
    }
    const values = this.columns[name];
    const share = high === low ? 0 : (x - this.x[low]!) / (this.x[high]! - this.x[low]!);
    return values[low]! + share * (values[high]! - values[low]!);
  }

  append(x: number, values: Readonly<Record<Column, number>>): void {
    // Point number `seen` stays for good where it is a multiple of the stride; the one after a passing point takes its place.
    const lastPasses = this.seen > 0 && (this.seen - 1) % this.stride !== 0;
    const index = lastPasses ? this.x.length - 1 : this.x.length;
    this.x[index] = x;
    for (const name of this.names) this.columns[name][index] = values[name];
    this.seen++;
    if (this.x.length > this.limit) this.thin();
  }

  /** Forgets all points from x on: a run that went back to a checkpoint computes them again. */
  forgetFrom(x: number): void {
    let length = this.x.length;
    while (length > 0 && this.x[length - 1]! >= x) length--;
    if (length === this.x.length) return;
    this.x.length = length;
    for (const name of this.names) this.columns[name].length = length;
    this.seen = length === 0 ? 0 : (length - 1) * this.stride + 1;
  }

  private thin(): void {
    const keep = (values: number[]) => {
      const last = values.length - 1;
      const kept = values.filter((_, index) => index % 2 === 0 || index === last);
      values.splice(0, values.length, ...kept);
    };
    keep(this.x);
    for (const name of this.names) keep(this.columns[name]);
    this.stride *= 2;
  }
}
