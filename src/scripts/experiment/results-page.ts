import { formatDuration, formatJoules, formatShare } from '../../energy/format';
import { mean } from '../../measurement/statistics';
import { accuracyAt, type CurvePoint } from '../../runs/plain-curve';
import { plans } from './plans';
import { gatesAllBlocks, type RunRecord } from './run-record';
import { seedDeviation } from './statistics';

/** The runs of one row that were trained alike but for their seed. */
interface Group {
  readonly row: string;
  readonly label: string;
  readonly runs: readonly RunRecord[];
}

const introduction = `# Results

Written by \`npm run experiment\` from the records in \`docs/results/\`, one file for each run. Accuracy, computation and time are measured; energy is
estimated by the device profile. Shares are of plain training (SMB, fp32) for the nominal iterations. “At equal computation” and “at equal energy”
compare a row with SMB of fewer iterations that costs as much, interpolated between the SMB rows of the same table; a difference within the noise
between seeds says nothing. Runs with SLU are tested with gates by chance, as they were trained, and beside that with all blocks.`;

/** The page of all records: one section for each experiment and length, the comparison at equal cost first. */
export function resultsPage(records: readonly RunRecord[]): string {
  const sections = plans.flatMap((plan) => {
    const ofPlan = records.filter(({ experiment }) => experiment === plan.name);
    const lengths = [...new Set(ofPlan.map(({ planIterations }) => planIterations))].sort((a, b) => b - a);
    return lengths.map((length) =>
      section(
        plan.title,
        length,
        ofPlan.filter(({ planIterations }) => planIterations === length),
      ),
    );
  });
  return `${[introduction, ...sections].join('\n\n')}\n`;
}

function section(title: string, length: number, records: readonly RunRecord[]): string {
  const groups = groupsOf(records);
  const [first] = records;
  const { data, environment, configuration, images } = first!;
  const { cpu, engine, build, simd, threads } = environment;
  const made = [...new Set(records.map(({ commit, command }) => `\`${command}\` at ${commit}`))].join('; ');
  const parts = [
    `## ${title}, ${length} iterations`,
    `${data.name}${data.note ? `, ${data.note}` : ''}, batches of ${configuration.batchSize}, ${images} test images; ${cpu}, ${engine}, ${build} ${simd}, ${threads} threads. Made by ${made}.`,
    ...equalCost(groups),
    table(
      ['run', 'seeds', 'test accuracy', 'computation', 'energy, estimated', 'joules, estimated', 'time, measured'],
      groups.map(({ label, runs }) => [
        label,
        runs.map(({ seed }) => seed).join(', '),
        accuracyText(runs),
        formatShare(mean(runs.map(({ computationShare }) => computationShare))),
        formatShare(mean(runs.map(({ energyShare }) => energyShare))),
        `~${formatJoules(mean(runs.map(({ energyJ }) => energyJ)))}`,
        formatDuration(mean(runs.map(({ seconds }) => seconds))),
      ]),
    ),
  ];
  return parts.join('\n\n');
}

/** Rows that are not SMB beside SMB at the same cost; nothing where SMB ran at one length only. */
function equalCost(groups: readonly Group[]): string[] {
  const plain = groups.filter(({ row }) => row.startsWith('smb') && !row.includes('swa'));
  const others = groups.filter((group) => !plain.includes(group));
  if (plain.length < 2 || others.length === 0) return [];
  const curve = plain.map(({ runs }): CurvePoint => ({ cost: runShare(runs), accuracy: meanAccuracy(runs) }));
  const noise = seedDeviation(groups.map(({ runs }) => runs.map(({ accuracy }) => accuracy)));
  const against = (runs: readonly RunRecord[], share: number) => {
    const baseline = accuracyAt(curve, share);
    if (baseline !== undefined) return points(meanAccuracy(runs) - baseline);
    const isDearer = curve.every((point) => point.cost < share);
    return `unavailable: no SMB run as ${isDearer ? 'costly' : 'cheap'}`;
  };
  const rows = others.map(({ label, runs }) => [
    label,
    against(runs, mean(runs.map(({ computationShare }) => computationShare))),
    against(runs, mean(runs.map(({ energyShare }) => energyShare))),
  ]);
  const deviation =
    noise === undefined ? 'unknown, since each was run once' : `${(100 * noise).toFixed(2)} points (standard deviation of one run)`;
  return [
    `Accuracy minus that of SMB at the same cost, in percentage points. Noise between seeds: ${deviation}.`,
    table(['run', 'at equal computation', 'at equal energy (estimated)'], rows),
  ];
}

/** Plain training's share in computation and in energy is the same: that of the iterations. */
const runShare = (runs: readonly RunRecord[]) => mean(runs.map(({ computationShare }) => computationShare));
const meanAccuracy = (runs: readonly RunRecord[]) => mean(runs.map(({ accuracy }) => accuracy));

function accuracyText(runs: readonly RunRecord[]): string {
  const others = [
    { what: 'last weights', accuracies: runs.flatMap(({ lastIterateAccuracy }) => lastIterateAccuracy ?? []) },
    { what: 'all blocks', accuracies: runs.flatMap(({ gates }) => gates?.full.accuracy ?? []) },
  ].filter(({ accuracies }) => accuracies.length > 0);
  const percent = (accuracy: number) => `${(100 * accuracy).toFixed(2)} %`;
  const aside = others.map(({ what, accuracies }) => `${what} ${percent(mean(accuracies))}`).join(', ');
  return aside === '' ? percent(meanAccuracy(runs)) : `${percent(meanAccuracy(runs))} (${aside})`;
}

function points(difference: number): string {
  return `${difference < 0 ? '−' : '+'}${Math.abs(100 * difference).toFixed(2)}`;
}

function groupsOf(records: readonly RunRecord[]): Group[] {
  const order = plans.flatMap(({ rows }) => rows.map(({ id }) => id));
  const labels = [...new Set(records.map(labelOf))];
  const groups = labels.map((label) => {
    const runs = records.filter((record) => labelOf(record) === label).sort((a, b) => a.seed - b.seed);
    return { row: runs[0]!.row, label, runs };
  });
  return groups.sort((a, b) => order.indexOf(a.row) - order.indexOf(b.row));
}

/** Runs of a row that gate other blocks than the row does by now stand apart. */
function labelOf(record: RunRecord): string {
  return gatesAllBlocks(record) ? `${record.label}, gates on all blocks` : record.label;
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(columns), `|${columns.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}
