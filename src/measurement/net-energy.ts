import type { FigureRow } from '../protocol/measurements';
import type { Unavailable } from './power-sample';
import { mean, variance } from './statistics';
import type { WindowPower } from './window-power';

/** One measured run of a workload. */
export interface Load {
  readonly power: WindowPower;
  /** Executions of the layer's phase in the window. */
  readonly executions: number;
}

export type EnergyFigures = Pick<
  FigureRow,
  'energyJ' | 'standardErrorJ' | 'seconds' | 'powerW' | 'idleW' | 'repeats' | 'executions' | 'samples' | 'gaps'
>;

export interface ErrorSources {
  /** Smallest step of the sum of the rails. */
  readonly resolutionW: number;
  /** Standard error of where the marks stand on the meter's clock. */
  readonly markSeconds?: number;
}

/** A net energy must be this many of its standard errors above zero to be told from the idle power. */
const significant = 2;

/**
 * Energy of one execution from several windows and the idle windows around them: net = gross − idle power · time, over the executions.
 *
 * Its standard error joins what is independent from window to window (spread over the repeats, and at least what the sampling of steps in power
 * gives) with what is common to all (the idle power's own error and drift, a reading's step, marks that stand wrong on the meter's clock).
 * @param idles empty where no idle window was recorded: the energy is then gross.
 */
export function energyPerExecution(
  loads: readonly Load[],
  idles: readonly WindowPower[],
  { resolutionW, markSeconds = 0 }: ErrorSources,
): EnergyFigures | Unavailable {
  const idleW = idles.length > 0 ? mean(idles.map(({ meanW }) => meanW)) : undefined;
  const net = loads.map(({ power, executions }) => (power.energyJ - (idleW ?? 0) * power.seconds) / executions);
  const energyJ = mean(net);
  const seconds = mean(loads.map(({ power, executions }) => power.seconds / executions));
  const powerW = mean(loads.map(({ power }) => power.meanW));
  const executions = mean(loads.map((load) => load.executions));

  const edges = loads.map((load) => edgeErrorJ(load, idleW ?? 0));
  const independent = Math.max(variance(net), mean(edges.map((edge) => edge ** 2))) / loads.length;
  const common = Math.hypot(
    idleErrorW(idles) * seconds,
    (resolutionW / Math.sqrt(12)) * seconds,
    // A window that stands too early or too late takes idle power for the load's at one of its ends.
    (markSeconds * Math.abs(powerW - (idleW ?? 0))) / executions,
  );
  const standardErrorJ = Math.sqrt(independent + common ** 2);
  if (!(energyJ > significant * standardErrorJ)) {
    const found = `${(energyJ * 1000).toPrecision(3)} ± ${(standardErrorJ * 1000).toPrecision(2)} mJ`;
    return {
      unavailable: `The load could not be told from the idle power (net ${found}): use more executions, more repeats or a finer meter.`,
    };
  }
  return {
    energyJ,
    standardErrorJ,
    seconds,
    powerW,
    ...(idleW !== undefined && { idleW }),
    repeats: loads.length,
    executions: Math.max(1, Math.round(executions)),
    samples: loads.reduce((sum, { power }) => sum + power.samples, 0),
    gaps: loads.reduce((sum, { power }) => sum + power.gaps, 0),
  };
}

function edgeErrorJ({ power, executions }: Load, idleW: number): number {
  const { deviationJ, borderSeconds } = power.steps;
  return Math.hypot(deviationJ, (Math.abs(power.meanW - idleW) * borderSeconds) / Math.sqrt(3)) / executions;
}

/** Of the mean of the idle windows: their own noise, and half of the difference between them, since the idle power drifted by it. */
function idleErrorW(idles: readonly WindowPower[]): number {
  if (idles.length === 0) return 0;
  const noise = Math.hypot(...idles.map(({ meanErrorW }) => meanErrorW)) / idles.length;
  return Math.hypot(noise, Math.sqrt(variance(idles.map(({ meanW }) => meanW)) / idles.length));
}
