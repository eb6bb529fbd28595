import { HostEnergyMeter } from '../measurement/host/host-energy';
import type { HostEnergy } from '../protocol/host-energy';
import type { MetricRecord } from '../protocol/records';
import type { RunFolder } from '../runs/run-folder';

const recordMs = 5000;

/** Puts what the computer draws beside a run's other records: every few seconds, and at the end. */
export class HostEnergyRecords {
  private readonly meter: HostEnergyMeter;
  private iteration = 0;
  private recordedAt = Date.now();

  constructor(
    run: Pick<RunFolder, 'readRecords'>,
    private readonly take: (record: MetricRecord) => void,
  ) {
    const earlier = run.readRecords().findLast(({ record }) => record.type === 'hostEnergy')?.record;
    this.meter = new HostEnergyMeter(earlier?.type === 'hostEnergy' ? earlier.energy : undefined);
  }

  /** Takes a record of the run in place of the one who keeps them. */
  readonly emit = (record: MetricRecord): void => {
    if (record.type === 'iteration') this.iteration = record.iteration;
    this.take(record);
    if (record.type === 'iteration' && Date.now() - this.recordedAt >= recordMs) this.record(this.meter.energy);
  };

  async close(): Promise<void> {
    this.record(await this.meter.close());
  }

  private record(energy: HostEnergy | undefined): void {
    this.recordedAt = Date.now();
    if (energy) this.take({ type: 'hostEnergy', iteration: this.iteration, energy });
  }
}
