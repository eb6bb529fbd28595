import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dataset } from '../../src/datasets/dataset';
import { channelStatistics, sharedBytes } from '../../src/datasets/image-set';
import type { Engine } from '../../src/engine/engine';
import { type RunConfigurationInput, runConfigurationSchema, type Tuning } from '../../src/protocol/configuration';
import type { DeviceProfile } from '../../src/protocol/device-profile';
import type { LayerGraph } from '../../src/protocol/layer-graph';
import type { MetricRecord } from '../../src/protocol/records';
import type { RunFolder } from '../../src/runs/run-folder';
import { RunStore } from '../../src/runs/run-store';
import { executeRun } from '../../src/training/execute-run';
import { RunControl } from '../../src/training/run-control';
import { noise } from '../engine/noise';

/** Images of 8×8×3 in five classes: a bright bar whose row says the class, under noise. */
export function barsDataset(): Dataset {
  const classes = ['one', 'two', 'three', 'four', 'five'];
  const imageShape = [8, 8, 3] as const;
  const images = (count: number, seed: number) => {
    const pixels = sharedBytes(count * 192);
    const labels = sharedBytes(count);
    const grain = noise(count * 192, seed, 60);
    for (let image = 0; image < count; image++) {
      const label = image % classes.length;
      labels[image] = label;
      for (let i = 0; i < 192; i++) pixels[image * 192 + i] = (Math.floor(i / 24) === label + 1 ? 170 : 80) + grain[image * 192 + i]!;
    }
    return { count, pixels, labels };
  };
  const train = images(120, 1);
  return { name: 'bars', provenance: 'made for tests', classes, imageShape, ...channelStatistics(train, 3), train, test: images(37, 2) };
}

/** The process is gone: thrown out of the middle of a run, which then can do nothing more. */
export class Killed extends Error {}

export interface Handling {
  /** Iteration after whose record the run is killed. */
  readonly killAt?: number;
  /** Iteration after whose record the run is asked to stop. */
  readonly stopAt?: number;
  readonly afterIteration?: (iteration: number) => void;
  /** Tunings by the first iteration that they apply to. */
  readonly tunings?: Readonly<Record<number, Tuning>>;
  /** Made before the work begins. */
  readonly tuning?: Tuning;
}

/** Runs in a workspace of their own, as command line and backend drive them. */
export class RunHarness {
  readonly workspace = mkdtempSync(join(tmpdir(), 'e2-train-runs-'));
  readonly messages: string[] = [];
  private readonly store = new RunStore(this.workspace);

  constructor(
    private readonly engine: Engine,
    private readonly graph: LayerGraph,
    readonly dataset: Dataset = barsDataset(),
  ) {}

  create(configuration: Omit<RunConfigurationInput, 'model'>, profile?: DeviceProfile): RunFolder {
    const full = { batchSize: 16, ...configuration, model: { kind: 'builtin', name: 'resnet8' } } as const;
    return this.store.create(runConfigurationSchema.parse(full), 'test', profile);
  }

  /** Works on a run until it ends, is stopped or killed. */
  async work(
    run: RunFolder,
    { killAt, stopAt, afterIteration, tuning, tunings = {} }: Handling = {},
  ): Promise<'finished' | 'stopped' | 'killed'> {
    const control = new RunControl();
    if (tuning) control.tune(tuning);
    const given = new Set<number>();
    const emit = (record: MetricRecord): void => {
      run.append(record);
      if (record.type !== 'iteration') return;
      const next = tunings[record.iteration + 1];
      if (next && !given.has(record.iteration)) control.tune(next);
      given.add(record.iteration);
      afterIteration?.(record.iteration);
      if (record.iteration === stopAt) control.stop();
      if (record.iteration === killAt) throw new Killed();
    };
    try {
      const { dataset, engine, graph } = this;
      return await executeRun({ run, graph, dataset, engine, control, emit, log: (_, message) => this.messages.push(message) });
    } catch (error) {
      if (error instanceof Killed) return 'killed';
      throw error;
    } finally {
      run.close();
    }
  }

  records<T extends MetricRecord['type']>(run: RunFolder, type: T): Extract<MetricRecord, { type: T }>[] {
    return run.readRecords().flatMap(({ record }) => (record.type === type ? [record as Extract<MetricRecord, { type: T }>] : []));
  }

  /** Weights of the finished run, as bytes. */
  finalWeights(run: RunFolder): Buffer {
    return readFileSync(join(run.directory, 'model', 'weights.bin'));
  }

  dispose(): void {
    rmSync(this.workspace, { recursive: true, force: true });
  }
}
