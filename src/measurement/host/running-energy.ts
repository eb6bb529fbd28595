import type { MeasuredHostEnergy } from '../../protocol/host-energy';
import type { MeterKind } from '../../protocol/measurements';
import type { PowerSample } from '../power-sample';

/** An interval this many times longer than it should be is a gap. */
const gapFactor = 3;

interface RailSum {
  readonly name: string;
  readonly kind: MeterKind;
  energyJ: number;
  before?: PowerSample;
}

/** Energy of a stream of power samples without an end: each sample is added as it comes, and none is kept. */
export class RunningEnergy {
  private readonly rails = new Map<string, RailSum>();
  private samples = 0;
  private gaps = 0;
  private begun?: number;
  private last = 0;

  /** @param intervalSeconds time between two samples of a rail, as it should be. */
  constructor(private readonly intervalSeconds: number) {}

  add(sample: PowerSample, kind: MeterKind): void {
    const { rail, time, watts, over } = sample;
    const sum: RailSum = this.rails.get(rail) ?? { name: rail, kind, energyJ: 0 };
    this.rails.set(rail, sum);
    const { before } = sum;
    const passed = over ?? (before === undefined ? 0 : time - before.time);
    sum.energyJ += over !== undefined ? watts * over : before === undefined ? 0 : ((before.watts + watts) / 2) * passed;
    sum.before = sample;
    // A counter that told nothing for a while begins a new span: what lies between is not counted.
    const silent = before === undefined ? 0 : time - passed - before.time;
    if (passed > gapFactor * this.intervalSeconds || silent > this.intervalSeconds) this.gaps += 1;
    this.samples += 1;
    this.begun = Math.min(this.begun ?? time - passed, time - passed);
    this.last = Math.max(this.last, time);
  }

  /** Undefined while nothing was measured. */
  get sum(): MeasuredHostEnergy | undefined {
    const rails = [...this.rails.values()].map(({ name, kind, energyJ }) => ({ name, kind, energyJ }));
    const energyJ = rails.reduce((total, rail) => total + rail.energyJ, 0);
    const seconds = this.last - (this.begun ?? this.last);
    return seconds > 0 ? { kind: 'measured', energyJ, seconds, rails, samples: this.samples, gaps: this.gaps } : undefined;
  }
}

/** What two parts of a run drew together; rails that one part did not have stand as they are. */
export function sumOfParts(first: MeasuredHostEnergy, second: MeasuredHostEnergy): MeasuredHostEnergy {
  const rails = second.rails.map((rail) => ({
    ...rail,
    energyJ: rail.energyJ + (first.rails.find(({ name }) => name === rail.name)?.energyJ ?? 0),
  }));
  return {
    kind: 'measured',
    energyJ: first.energyJ + second.energyJ,
    seconds: first.seconds + second.seconds,
    rails: [...rails, ...first.rails.filter(({ name }) => !rails.some((rail) => rail.name === name))],
    samples: first.samples + second.samples,
    gaps: first.gaps + second.gaps,
  };
}
