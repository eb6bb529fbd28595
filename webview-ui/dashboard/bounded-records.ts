interface AtIteration {
  readonly iteration: number;
}

/**
 * Records of a kind that comes every so many iterations, merged two by two once there are more than the limit, so that a long run keeps its
 * whole course in bounded memory.
 */
export class BoundedRecords<T extends AtIteration> {
  private records: T[] = [];

  /** @param merge one record that stands for two neighbours, with the iteration of the later one. */
  constructor(
    private readonly limit: number,
    private readonly merge: (earlier: T, later: T) => T,
  ) {}

  get all(): readonly T[] {
    return this.records;
  }

  get latest(): T | undefined {
    return this.records.at(-1);
  }

  append(record: T): void {
    this.records.push(record);
    if (this.records.length <= this.limit) return;
    const pairs = Array.from({ length: Math.ceil(this.records.length / 2) }, (_, pair) => this.records.slice(2 * pair, 2 * pair + 2));
    this.records = pairs.map(([earlier, later]) => (later === undefined ? earlier! : this.merge(earlier!, later)));
  }

  /** Forgets all from an iteration on: a run that went back to a checkpoint computes them again. */
  forgetFrom(iteration: number): void {
    this.records = this.records.filter((record) => record.iteration < iteration);
  }
}
