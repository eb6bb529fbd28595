import type { Tuning } from '../../src/protocol/configuration';
import type { TuningRecord } from '../../src/protocol/records';

/** Iterations in which a saver was off: those after `from`, up to `to`. */
export interface Pause {
  readonly from: number;
  readonly to: number;
}

/** Whether a tuning switches a saver on or off; undefined where it leaves it alone. */
export type Switch = (tuning: Tuning) => boolean | undefined;

/** SLU and stochastic depth: where one goes off as the other goes on, blocks are skipped all the while. */
export const skippingSwitch: Switch = ({ slu, stochasticDepth }) => {
  const switches = [slu?.enabled, stochasticDepth?.enabled];
  const on = switches.includes(true);
  return on === switches.includes(false) ? undefined : on;
};

export const psgSwitch: Switch = ({ psg }) => psg?.enabled;

/** When a saver was off in a run that used it, as live tunings switched it, up to an iteration. */
export function pausesOf(tunings: readonly TuningRecord[], switched: Switch, present: number): Pause[] {
  const switches = tunings.flatMap(({ iteration, tuning }) => {
    const on = switched(tuning);
    // A tuning holds from its own iteration on.
    return on === undefined || iteration > present ? [] : [{ on, after: iteration - 1 }];
  });
  const pauses: Pause[] = [];
  // What is first switched on was off before.
  let off = switches[0]?.on ? 0 : undefined;
  for (const { on, after } of switches) {
    if (!on) off ??= after;
    else if (off !== undefined) {
      pauses.push({ from: off, to: after });
      off = undefined;
    }
  }
  if (off !== undefined) pauses.push({ from: off, to: present });
  return pauses.filter(({ from, to }) => from < to);
}

/** How many of the iterations after one, up to another, were in no pause. */
export function iterationsBetween(from: number, to: number, pauses: readonly Pause[]): number {
  const paused = pauses.reduce((sum, pause) => sum + Math.max(0, Math.min(to, pause.to) - Math.max(from, pause.from)), 0);
  return to - from - paused;
}
