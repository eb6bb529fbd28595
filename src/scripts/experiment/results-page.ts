import { formatDuration, formatJoules, formatShare } from '../../energy/format';
import { mean } from '../../measurement/statistics';
import { accuracyAt, type CurvePoint, meanOfEachLength } from '../../runs/plain-curve';
import { formerWaysOf } from './former-ways';
import { isMadeUp } from './made-up-images';
import { makingInWords, timesCompare } from './making-in-words';
import { plans, titleOf } from './plans';
import type { RunRecord } from './run-record';
import { seedDeviation } from './statistics';

/** The runs of one row that were trained alike but for their seed. */
interface Group {
  readonly row: string;
  readonly label: string;
  readonly runs: readonly RunRecord[];
}

const introduction = `# Results

Written by \`npm run experiment\` from the records in \`docs/results/\`, one file for each run. Accuracy, computation and time are measured; energy is
estimated by the device profile that a column names. Shares are of plain training (SMB, fp32) for the nominal iterations; “points against SMB” are test
accuracy minus that of the same SMB. “At equal computation” and “at equal energy” compare a row with SMB that costs as much, interpolated between the SMB
runs of the same experiment, those of its shorter and longer tables included: a run of plain training is the same in whichever it stands. A difference
within the noise between seeds says nothing. A time stands beside SMB's (“0.50 × SMB”) only where both were measured on the same machine, and no note says
that it did other work. Runs with SLU are tested with gates by chance, as they were trained, and beside that with all blocks.`;

/** The page of all records: one section for each experiment and length, the comparison at equal cost first. */
export function resultsPage(records: readonly RunRecord[]): string {
  const sections = plans.flatMap((plan) => {
    const ofPlan = records.filter(({ experiment }) => experiment === plan.name);
    const real = sectionsOf(
      titleOf(plan),
      ofPlan.filter((record) => !isMadeUp(record)),
    );
    return [...real, ...sectionsOf(`${titleOf(plan)}, made-up images`, ofPlan.filter(isMadeUp))];
  });
  return `${[introduction, ...sections].join('\n\n')}\n`;
}

/** Of runs on the same images. */
function sectionsOf(title: string, records: readonly RunRecord[]): string[] {
  const lengths = [...new Set(records.map(({ planIterations }) => planIterations))].sort((a, b) => b - a);
  return lengths.map((length) =>
    section(
      `${title}, ${length} iterations`,
      records.filter(({ planIterations }) => planIterations === length),
      curveOf(records, length),
    ),
  );
}

/** Accuracy of plain training by its share of `length` iterations, which is its share in computation and, by any profile, in energy. */
function curveOf(records: readonly RunRecord[], length: number): CurvePoint[] {
  const plain = records.filter(isPlain);
  return meanOfEachLength(
    plain.map(({ configuration: { iterations }, accuracy }) => ({ iterations, cost: iterations / length, accuracy })),
  );
}

const isPlain = ({ row }: Pick<RunRecord, 'row'>): boolean => row === 'smb' || /^smb-\d+$/.test(row);

function section(title: string, records: readonly RunRecord[], curve: readonly CurvePoint[]): string {
  const groups = groupsOf(records);
  const [first] = records;
  const { data, configuration, images } = first!;
  const profiles = profilesOf(records);
  // Made-up images are for counting: neither their accuracies nor times on them are compared.
  const madeUp = isMadeUp(first!);
  const smb = madeUp ? undefined : groups.find(({ row }) => row === 'smb')?.runs;
  const parts = [
    `## ${title}`,
    `${madeUp ? `Made-up images in the file format of ${data.name}` : data.name}, batches of ${configuration.batchSize}, ${images} test images.`,
    ...(madeUp ? [] : equalCost(groups, profiles, curve)),
    table(
      [
        'run',
        'seeds',
        'test accuracy',
        ...(madeUp ? [] : ['points against SMB']),
        'computation',
        ...profiles.map((name) => `energy by ${name}, estimated`),
        'time, measured',
      ],
      groups.map(({ label, runs }) => [
        label,
        runs.map(({ seed }) => seed).join(', '),
        accuracyText(runs),
        ...(madeUp ? [] : [pointsText(runs, smb)]),
        formatShare(meanComputation(runs)),
        ...profiles.map((name) => energyText(runs, name)),
        timeText(runs, smb),
      ]),
    ),
    provenance(groups),
  ];
  return parts.join('\n\n');
}

/** A line for each command and machine with the rows it made, since a table grows over days and machines. */
function provenance(groups: readonly Group[]): string {
  const labelsOf = new Map<string, Set<string>>();
  for (const { label, runs } of groups) {
    for (const run of runs) {
      const making = makingInWords(run);
      labelsOf.set(making, (labelsOf.get(making) ?? new Set()).add(label));
    }
  }
  const lines = [...labelsOf].map(([making, labels]) => `- ${[...labels].join('; ')}: ${making}`);
  return ['Made by', ...lines].join('\n');
}

/** Rows that are not SMB beside SMB at the same cost; nothing where SMB ran at one length only. */
function equalCost(groups: readonly Group[], profiles: readonly string[], curve: readonly CurvePoint[]): string[] {
  const others = groups.filter((group) => !isPlain(group));
  if (curve.length < 2 || others.length === 0) return [];
  const noise = seedDeviation(groups.map(({ runs }) => runs.map(({ accuracy }) => accuracy)));
  const against = (runs: readonly RunRecord[], share: number | undefined) => {
    if (share === undefined) return notPriced;
    const baseline = accuracyAt(curve, share);
    if (baseline !== undefined) return points(meanAccuracy(runs) - baseline);
    const isDearer = curve.every((point) => point.cost < share);
    return `unavailable: no SMB run as ${isDearer ? 'costly' : 'cheap'}`;
  };
  const rows = others.map(({ label, runs }) => [
    label,
    against(runs, meanComputation(runs)),
    ...profiles.map((name) => against(runs, meanEnergy(runs, name)?.energyShare)),
  ]);
  const deviation =
    noise === undefined ? 'unknown, since each was run once' : `${(100 * noise).toFixed(2)} points (standard deviation of one run)`;
  return [
    `Accuracy minus that of SMB at the same cost, in percentage points. Noise between seeds: ${deviation}.`,
    table(['run', 'at equal computation', ...profiles.map((name) => `at equal energy by ${name}, estimated`)], rows),
  ];
}

const meanComputation = (runs: readonly RunRecord[]) => mean(runs.map(({ computationShare }) => computationShare));
const meanAccuracy = (runs: readonly RunRecord[]) => mean(runs.map(({ accuracy }) => accuracy));

const notPriced = 'unavailable: not recorded';

/** The profiles that the runs trained with, then those that they were priced by beside. */
function profilesOf(records: readonly RunRecord[]): string[] {
  const own = records.map(({ configuration }) => configuration.deviceProfile);
  const others = records.flatMap(({ otherProfiles }) => otherProfiles.map(({ profile }) => profile));
  return [...new Set([...own, ...others])];
}

/** Nothing where one of the runs was not priced by the profile. */
function meanEnergy(runs: readonly RunRecord[], name: string): { readonly energyShare: number; readonly energyJ: number } | undefined {
  const priced = runs.flatMap(({ configuration, otherProfiles, energyShare, energyJ }) =>
    configuration.deviceProfile === name ? { energyShare, energyJ } : (otherProfiles.find(({ profile }) => profile === name) ?? []),
  );
  if (priced.length < runs.length) return undefined;
  return { energyShare: mean(priced.map((one) => one.energyShare)), energyJ: mean(priced.map((one) => one.energyJ)) };
}

function energyText(runs: readonly RunRecord[], name: string): string {
  const energy = meanEnergy(runs, name);
  return energy ? `${formatShare(energy.energyShare)} (~${formatJoules(energy.energyJ)})` : notPriced;
}

function accuracyText(runs: readonly RunRecord[]): string {
  const others = [
    { what: 'last weights', accuracies: runs.flatMap(({ lastIterateAccuracy }) => lastIterateAccuracy ?? []) },
    { what: 'all blocks', accuracies: runs.flatMap(({ gates }) => gates?.full.accuracy ?? []) },
  ].filter(({ accuracies }) => accuracies.length > 0);
  const percent = (accuracy: number) => `${(100 * accuracy).toFixed(2)} %`;
  const aside = others.map(({ what, accuracies }) => `${what} ${percent(mean(accuracies))}`).join(', ');
  return aside === '' ? percent(meanAccuracy(runs)) : `${percent(meanAccuracy(runs))} (${aside})`;
}

/** Test accuracy beside that of SMB for the nominal iterations. */
function pointsText(runs: readonly RunRecord[], smb: readonly RunRecord[] | undefined): string {
  if (smb === undefined) return 'unavailable: no SMB run';
  return runs === smb ? '–' : points(meanAccuracy(runs) - meanAccuracy(smb));
}

function timeText(runs: readonly RunRecord[], smb: readonly RunRecord[] | undefined): string {
  const seconds = (of: readonly RunRecord[]) => mean(of.map((run) => run.seconds));
  const time = formatDuration(seconds(runs));
  if (smb === undefined || runs === smb || !timesCompare([...runs, ...smb])) return time;
  return `${time} (${(seconds(runs) / seconds(smb)).toFixed(2)} × SMB)`;
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

/** Runs of a row from when it was trained in another way stand apart. */
function labelOf(record: RunRecord): string {
  return [record.label, ...formerWaysOf(record).map(({ label }) => label)].join(', ');
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(columns), `|${columns.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}
