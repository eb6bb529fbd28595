interface AtIteration {
  readonly iteration: number;
}

/** A record with the number of iterations that it is about. */
export type Counted<T extends AtIteration> = T & { readonly iterations: number };

/**
 * Records of a kind that comes every so many iterations, merged two by two once there are more than the limit, so that a long run keeps its
 * whole course in bounded memory. The latest one stays as it came.
 */
export class BoundedRecords<T extends AtIteration> {
  private records: Counted<T>[] = [];

  /** @param merge one record that stands for two neighbours, with the iteration of the later one; undefined where they are no match. */
  constructor(
    private readonly limit: number,
    private readonly merge: (earlier: Counted<T>, later: Counted<T>) => T | undefined,
  ) {}

  get all(): readonly Counted<T>[] {
    return this.records;
  }

  get latest(): Counted<T> | undefined {
    return this.records.at(-1);
  }

  /** @param iterations how many iterations the record is about; all since the one before, unless said otherwise. */
  append(record: T, iterations = record.iteration - (this.latest?.iteration ?? 0)): void {
    this.records.push({ ...record, iterations });
    if (this.records.length > this.limit) this.mergeNeighbours();
  }

  /** Forgets all from an iteration on: a run that went back to a checkpoint computes them again. */
  forgetFrom(iteration: number): void {
    this.records = this.records.filter((record) => record.iteration < iteration);
  }

  private mergeNeighbours(): void {
    const merged: Counted<T>[] = [];
    const last = this.records.length - 1;
    for (let place = 0; place <= last; place++) {
      const earlier = this.records[place]!;
      const later = place + 1 < last ? this.records[place + 1]! : undefined;
      const one = later && this.merge(earlier, later);
      merged.push(one ? { ...one, iterations: earlier.iterations + later.iterations } : earlier);
      if (one) place++;
    }
    this.records = merged;
  }
}
