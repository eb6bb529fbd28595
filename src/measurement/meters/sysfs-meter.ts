import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { machineSeconds } from '../machine-clock';
import type { PowerSample } from '../power-sample';
import type { Meter, SamplingOptions } from './meter';
import { RailReader, type SensorRail } from './sensor-rail';
import { type SensorTree, sensorPatterns } from './sensor-tree';

/**
 * What the sensors' files of this machine say.
 * @param root before `/sys`; empty for the real one.
 */
export function readSensorTree(root = ''): SensorTree {
  const tree = new Map<string, { readonly text: string } | 'denied'>();
  for (const path of sensorPatterns.flatMap((pattern) => expand(root, pattern))) {
    try {
      tree.set(path, { text: readFileSync(join(root, path), 'utf8').trim().replaceAll('\n', ' ') });
    } catch (error) {
      // Sensors that answer with an error (asleep, not wired) are left out, as if they were not there.
      if (['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) tree.set(path, 'denied');
    }
  }
  return tree;
}

/** Paths that fit a pattern with `*` and `[0-9]` in its names. */
function expand(root: string, pattern: string): string[] {
  return pattern
    .split('/')
    .slice(1)
    .reduce<string[]>(
      (paths, part) => {
        if (!/[*[]/.test(part)) return paths.map((path) => `${path}/${part}`);
        const fits = new RegExp(`^${part.replaceAll('*', '.*')}$`);
        return paths.flatMap((path) =>
          namesIn(join(root, path))
            .filter((name) => fits.test(name))
            .map((name) => `${path}/${name}`),
        );
      },
      [''],
    );
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Counters and sensors of this machine under `/sys`. Only counted rails are sampled. */
export class SysfsMeter implements Meter {
  readonly clock = 'machine';
  private spentSeconds = 0;

  /** @param root before `/sys`; empty for the real one. */
  constructor(
    readonly rails: readonly SensorRail[],
    private readonly root = '',
  ) {}

  get kind() {
    return this.rails[0]!.kind;
  }

  get overheadSeconds(): number {
    return this.spentSeconds;
  }

  async *samples({ intervalSeconds, signal }: SamplingOptions): AsyncIterable<PowerSample> {
    const readers = this.rails.filter(({ counted }) => counted).map((rail) => ({ rail, reader: new RailReader(rail) }));
    while (!signal.aborted) {
      const before = process.cpuUsage();
      const samples = readers.flatMap(({ rail, reader }) => {
        const time = machineSeconds();
        return (
          reader.sample(
            time,
            rail.files.map((file) => numberIn(join(this.root, file))),
          ) ?? []
        );
      });
      const { user, system } = process.cpuUsage(before);
      this.spentSeconds += (user + system) / 1e6;
      yield* samples;
      await pause(intervalSeconds * 1000, undefined, { signal }).catch(() => {});
    }
  }
}

function numberIn(path: string): number | undefined {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return text !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
  } catch {
    return undefined;
  }
}
