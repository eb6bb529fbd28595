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

export const rows: readonly Row[] = [
  ...[1, 0.67, 0.5, 0.33, 0.2, 0.1].map(plain),
  row('smb-swa', 'SMB with SWA', { swa: { enabled: true } }),
  row('smd', 'SMD', { smd: { enabled: true } }),
];
