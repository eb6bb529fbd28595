import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { builtFile } from '../../platform/built-file';
import type { HostEnergy } from '../../protocol/host-energy';
import type { HostMeterOptions } from './host-meters';
import { sumOfParts } from './running-energy';

/** A thread that does not end within this is left behind with what it has told. */
const patienceMs = 2000;

/** Meters of this machine that run beside something, in a thread of their own. */
export class HostEnergyMeter {
  private readonly worker?: Worker;
  private latest?: HostEnergy;
  private ended = false;

  /**
   * @param before what earlier parts of the same run drew.
   * @param options where sensors are; those of the real machine unless E2TRAIN_SYSFS_ROOT and E2TRAIN_NVIDIA_SMI say otherwise.
   */
  constructor(
    private readonly before?: HostEnergy,
    options: HostMeterOptions = {
      sysfsRoot: process.env.E2TRAIN_SYSFS_ROOT ?? '',
      nvidiaSmi: process.env.E2TRAIN_NVIDIA_SMI ?? 'nvidia-smi',
    },
  ) {
    try {
      this.worker = this.begin(options);
    } catch (error) {
      this.fail((error as Error).message);
    }
  }

  /** What was drawn so far, earlier parts included; undefined while nothing is known. */
  get energy(): HostEnergy | undefined {
    const { before, latest } = this;
    if (before?.kind !== 'measured') return latest;
    return latest?.kind === 'measured' ? sumOfParts(before, latest) : (latest ?? before);
  }

  /** Ends the meters and gives what was drawn. */
  async close(): Promise<HostEnergy | undefined> {
    const { worker } = this;
    if (worker && !this.ended) {
      worker.ref();
      const exit = once(worker, 'exit');
      worker.postMessage('end');
      await Promise.race([exit, pause(patienceMs, undefined, { ref: false })]);
      await worker.terminate();
    }
    return this.energy;
  }

  private begin(options: HostMeterOptions): Worker {
    const worker = new Worker(builtFile('meter-thread.js'), { workerData: options });
    worker.on('message', (energy: HostEnergy) => {
      this.latest = energy;
    });
    worker.on('error', ({ message }) => this.fail(message));
    worker.once('exit', () => {
      this.ended = true;
    });
    // Measuring must not keep a process alive that has nothing else to do.
    worker.unref();
    return worker;
  }

  /** A training goes on without its meters. */
  private fail(message: string): void {
    this.latest ??= { kind: 'unavailable', reason: `its meters failed: ${message}` };
  }
}
