import type { RunConfiguration, Savers, Tuning } from '../protocol/configuration';

/** The settings that may change while a run is live, as they stand now. */
export interface LiveSettings {
  /** Initial learning rate: the schedule divides it. */
  readonly learningRate: number;
  /** Nominal iterations, before SMD stretches them. */
  readonly iterations: number;
  readonly savers: Savers;
}

export function liveSettings({ learningRate, iterations, savers }: RunConfiguration): LiveSettings {
  return { learningRate, iterations, savers };
}

/** What a tuning sets, without what it leaves alone. */
function given<T extends object>(change: T | undefined): Partial<{ [K in keyof T]: Exclude<T[K], undefined> }> {
  const entries = Object.entries(change ?? {}).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<{ [K in keyof T]: Exclude<T[K], undefined> }>;
}

export function tuned(settings: LiveSettings, tuning: Tuning): LiveSettings {
  const { smd, slu, stochasticDepth, psg, swa } = settings.savers;
  return {
    learningRate: tuning.learningRate ?? settings.learningRate,
    iterations: tuning.iterations ?? settings.iterations,
    savers: {
      ...settings.savers,
      smd: { ...smd, ...given(tuning.smd) },
      // One of the two skips blocks: who switches it on switches the other off.
      slu: { ...slu, ...(tuning.stochasticDepth?.enabled && { enabled: false }), ...given(tuning.slu) },
      stochasticDepth: { ...stochasticDepth, ...(tuning.slu?.enabled && { enabled: false }), ...given(tuning.stochasticDepth) },
      psg: { ...psg, ...given(tuning.psg) },
      swa: { ...swa, ...given(tuning.swa) },
      ...given({ baseline: tuning.baseline }),
    },
  };
}

/** Probability with which the next iteration is dropped; 0 while SMD is off. */
export function dropProbabilityOf({ savers: { smd } }: LiveSettings): number {
  return smd.enabled ? smd.dropProbability : 0;
}

/** Every so many iterations something is done `times` times a run of that many; a fixed interval where one is set. */
export function intervalOf(fixed: number, times: number, planned: number): number {
  return fixed > 0 ? fixed : Math.max(1, Math.round(planned / times));
}
