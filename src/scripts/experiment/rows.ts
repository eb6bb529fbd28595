import type { RunConfigurationInput } from '../../protocol/configuration';

/** A row of the table: how a network is trained. */
export interface Row {
  readonly id: string;
  readonly label: string;
  /** Its nominal iterations over the plan's. */
  readonly iterationShare: number;
  readonly settings: Pick<RunConfigurationInput, 'savers' | 'learningRateSchedule'>;
}

/** Plain training for a share of the iterations, the schedule squeezed: what a saver has to beat at the same cost. */
const plain = (share: number): Row => ({
  id: share === 1 ? 'smb' : `smb-${Math.round(100 * share)}`,
  label: share === 1 ? 'SMB' : `SMB, ${Math.round(100 * share)} % of the iterations`,
  iterationShare: share,
  settings: {},
});

const row = (id: string, label: string, savers: Row['settings']['savers']): Row => ({
  id,
  label,
  iterationShare: 1,
  settings: { savers },
});

const smd = { enabled: true };
const psg = { enabled: true };
const narrowPsg = { enabled: true, gradientBits: 16 };
const slu = (skipRatio: number) => ({ enabled: true, skipRatio });
const swa = { enabled: true };

const smdAndSlu = (skipRatio: number): Row =>
  row(`smd-slu-${100 * skipRatio}`, `SMD and SLU, ${100 * skipRatio} % skipped`, { smd, slu: slu(skipRatio) });

export const rows: readonly Row[] = [
  ...[1, 0.67, 0.5, 0.33, 0.2, 0.1].map(plain),
  row('smb-swa', 'SMB with SWA', { swa }),
  row('sd-40', 'stochastic depth, 40 % skipped', { stochasticDepth: { enabled: true, skipRatio: 0.4 } }),
  row('8bit', 'fixed 8-bit', { baseline: '8bit' }),
  row('signsgd', 'SignSGD', { baseline: 'signsgd' }),
  row('smd', 'SMD', { smd }),
  row('slu-40', 'SLU, 40 % skipped', { slu: slu(0.4) }),
  ...[0.2, 0.4, 0.6].map(smdAndSlu),
  row('psg', 'PSG', { psg }),
  row('psg-swa', 'PSG with SWA', { psg, swa }),
  row('smd-psg-swa', 'SMD, PSG and SWA', { smd, psg, swa }),
  row('smd-psg16-swa', 'SMD, PSG of 16-bit gradients and SWA', { smd, psg: narrowPsg, swa }),
  row('all', 'SMD, SLU 40 %, PSG and SWA', { smd, slu: slu(0.4), psg, swa }),
  row('all16', 'SMD, SLU 40 %, PSG of 16-bit gradients and SWA', { smd, slu: slu(0.4), psg: narrowPsg, swa }),
];
