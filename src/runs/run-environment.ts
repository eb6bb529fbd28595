import { availableParallelism, cpus } from 'node:os';
import type { EngineDescription } from '../engine/engine';
import { productVersion } from '../platform/product-version';
import type { Environment } from '../protocol/runs';

/** What this machine computes a run with. */
export function runEnvironment({ name, build, simd, threads, note }: EngineDescription): Environment {
  return {
    version: productVersion,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    cpu: cpus()[0]?.model.trim() || 'unknown',
    cores: availableParallelism(),
    engine: name,
    build,
    simd,
    threads,
    ...(note !== undefined && { engineNote: note }),
  };
}
