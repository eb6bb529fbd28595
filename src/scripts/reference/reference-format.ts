import type * as z from 'zod';
import type { Engine } from '../../engine/engine';
import type { Comparison } from './comparison';

/** One kind of reference file, known by what is in it. */
export interface ReferenceFormat<T> {
  readonly name: string;
  /** Fields that are only in such files: one that has some of them, itself or in a list of cases, is meant to be one. */
  readonly marks: readonly string[];
  readonly schema: z.ZodType<T>;
  /** Computes every case of the file on the engine. */
  check(content: T, engine: Engine): Promise<Comparison[]>;
}
