import { parentPort, workerData } from 'node:worker_threads';
import type { HostEnergy } from '../../protocol/host-energy';
import type { Meter } from '../meters/meter';
import { isUnavailable } from '../power-sample';
import { type HostMeterOptions, openHostMeters } from './host-meters';
import { RunningEnergy } from './running-energy';

/**
 * Entry of the thread that samples this machine's meters beside a training: iterations keep the main thread for longer than a sensor may wait.
 * It tells the sum so far now and then, and once more when it is told to end.
 */

const intervalSeconds = 0.1;
const tellMs = 500;

const ending = new AbortController();
const tell = (energy: HostEnergy) => parentPort!.postMessage(energy);

async function sample(meters: readonly Meter[]): Promise<void> {
  const energy = new RunningEnergy(intervalSeconds);
  const report = () => energy.sum && tell(energy.sum);
  const timer = setInterval(report, tellMs);
  const follow = async (meter: Meter) => {
    for await (const reading of meter.samples({ intervalSeconds, signal: ending.signal })) energy.add(reading, meter.kind);
  };
  await Promise.allSettled(meters.map(follow));
  clearInterval(timer);
  report();
}

parentPort!.once('message', () => ending.abort());
const meters = openHostMeters(workerData as HostMeterOptions);
if (isUnavailable(meters)) {
  tell({ kind: 'unavailable', reason: meters.unavailable });
  parentPort!.close();
} else void sample(meters as readonly Meter[]).finally(() => parentPort!.close());
