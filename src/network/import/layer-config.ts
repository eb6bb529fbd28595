import * as z from 'zod';
import { type Initializer, initializerSchema } from '../../protocol/layer-graph';
import { TopologyError } from '../network-errors';

const integer = z.int();
const integers = z.array(z.int());

/** Keys of Keras JSON in one spelling: `kernel_size` becomes `kernelSize`, at every depth. Values stay. */
export function withCamelCaseKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withCamelCaseKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [camelCase(key), withCamelCaseKeys(inner)]));
}

export function camelCase(name: string): string {
  return name.replace(/(?<=.)_+([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Reads the settings of one layer, with a sentence where one is missing or of the wrong type. */
export class LayerConfig {
  constructor(
    readonly layerName: string,
    private readonly values: Readonly<Record<string, unknown>>,
  ) {}

  raw(key: string): unknown {
    return this.values[key];
  }

  has(key: string): boolean {
    return this.values[key] !== undefined && this.values[key] !== null;
  }

  integer(key: string, fallback?: number): number {
    if (!this.has(key) && fallback !== undefined) return fallback;
    const parsed = integer.safeParse(this.values[key]);
    if (parsed.success) return parsed.data;
    throw this.problem(key, 'a whole number');
  }

  number(key: string, fallback: number): number {
    const value = this.values[key];
    if (!this.has(key)) return fallback;
    if (typeof value === 'number') return value;
    throw this.problem(key, 'a number');
  }

  boolean(key: string, fallback: boolean): boolean {
    const value = this.values[key];
    return typeof value === 'boolean' ? value : fallback;
  }

  /** A name in camel case: Keras writes `hard_sigmoid`, tf.layers `hardSigmoid`. */
  name(key: string, fallback: string): string {
    const value = this.values[key];
    if (typeof value === 'string') return camelCase(value);
    const className = typeof value === 'object' && value !== null && 'className' in value ? value.className : undefined;
    return typeof className === 'string' ? className : fallback;
  }

  integers(key: string, length?: number, fallback?: readonly number[]): number[] {
    const value = this.values[key];
    if (!this.has(key) && fallback) return [...fallback];
    if (typeof value === 'number' && length !== undefined) return new Array<number>(length).fill(value);
    const parsed = integers.safeParse(value);
    if (parsed.success && (length === undefined || parsed.data.length === length)) return parsed.data;
    if (parsed.success && parsed.data.length === 1 && length !== undefined) return new Array<number>(length).fill(parsed.data[0]!);
    throw this.problem(key, length === undefined ? 'a list of whole numbers' : `${length} whole numbers`);
  }

  pair(key: string, fallback?: readonly [number, number]): [number, number] {
    return this.integers(key, 2, fallback) as [number, number];
  }

  initializer(key: string): Initializer | undefined {
    const parsed = initializerSchema.safeParse(this.values[key]);
    return parsed.success ? parsed.data : undefined;
  }

  /** @throws TopologyError when images come as channels × height × width. */
  refuseChannelsFirst(): void {
    if (this.name('dataFormat', '').toLowerCase() === 'channelsfirst') {
      throw new TopologyError(
        `Layer “${this.layerName}” uses the data format channelsFirst; E2-Train works on height × width × channels: use channelsLast.`,
        this.layerName,
      );
    }
  }

  private problem(key: string, expected: string): TopologyError {
    const found = this.has(key) ? JSON.stringify(this.values[key]) : 'missing';
    return new TopologyError(`Layer “${this.layerName}” needs ${expected} as “${key}”, which is ${found}.`, this.layerName);
  }
}
