import { plannedIterations, type RunConfigurationInput, runConfigurationSchema } from '../../protocol/configuration';
import { type Row, rows } from './rows';

/** A table of runs: one network and data set, the rows, how long and how often each is trained. */
export interface Plan {
  readonly name: string;
  /** Name of the data set that the table is about. */
  readonly dataset: 'Fashion-MNIST' | 'CIFAR-10' | 'CIFAR-100';
  readonly network: 'resnet20' | 'resnet74' | 'resnet110';
  readonly batchSize: number;
  /** Where the images come from when no folder is given. */
  readonly data: 'fashion-mnist' | 'given' | 'made-up';
  /** Nominal iterations of plain training (SMB); a row trains for its share of them. */
  readonly iterations: number;
  readonly quickIterations: number;
  readonly seeds: number;
  readonly rows: readonly Row[];
}

const batchSize = 128;

export const plans: readonly Plan[] = [
  {
    ...{ name: 'fashion', dataset: 'Fashion-MNIST', network: 'resnet20', batchSize, data: 'fashion-mnist' },
    ...{ iterations: 4000, quickIterations: 300, seeds: 2, rows },
  },
  {
    ...{ name: 'cifar10-resnet20', dataset: 'CIFAR-10', network: 'resnet20', batchSize, data: 'given' },
    ...{ iterations: 16_000, quickIterations: 300, seeds: 1, rows },
  },
  {
    ...{ name: 'cifar10-resnet74', dataset: 'CIFAR-10', network: 'resnet74', batchSize, data: 'given' },
    ...{ iterations: 16_000, quickIterations: 60, seeds: 1, rows: named('smb', 'smb-50', 'slu-40', 'smd-psg-swa', 'all', 'all16') },
  },
  {
    ...{ name: 'cifar100-resnet110', dataset: 'CIFAR-100', network: 'resnet110', batchSize, data: 'made-up' },
    ...{ iterations: 300, quickIterations: 20, seeds: 1, rows: named('smb', 'all') },
  },
];

/** What heads the plan's tables. */
export function titleOf({ dataset, network }: Plan): string {
  return `${dataset}, ${network.replace('resnet', 'ResNet-')}`;
}

function named(...ids: readonly string[]): Row[] {
  return rows.filter(({ id }) => ids.includes(id));
}

/** @throws RangeError when there is no such plan; the sentence names those there are. */
export function findPlan(name: string | undefined): Plan {
  const plan = plans.find((candidate) => candidate.name === name);
  if (plan) return plan;
  const known = plans.map((candidate) => candidate.name).join(', ');
  throw new RangeError(`${name === undefined ? 'Say which experiment' : `There is no experiment “${name}”`}; choose one of: ${known}.`);
}

/** Four tests a run: on few iterations, ten would take longer than the training. */
function evaluationInterval(configuration: RunConfigurationInput): number {
  return Math.ceil(plannedIterations(runConfigurationSchema.parse(configuration)) / 4);
}

/** One run of a plan. */
export interface Task {
  readonly row: Row;
  readonly seed: number;
  readonly configuration: RunConfigurationInput;
}

/** All runs of a plan, seed by seed, so that a whole table stands after the first of them. */
export function tasksOf(plan: Plan, dataDirectory: string, iterations: number, seeds: number): Task[] {
  return Array.from({ length: seeds }, (_, index) => index + 1).flatMap((seed) =>
    plan.rows.map((row): Task => {
      const configuration: RunConfigurationInput = {
        model: { kind: 'builtin', name: plan.network },
        data: { kind: 'directory', path: dataDirectory },
        batchSize: plan.batchSize,
        iterations: Math.max(1, Math.round(iterations * row.iterationShare)),
        seed,
        ...row.settings,
      };
      return { row, seed, configuration: { ...configuration, evaluateEvery: evaluationInterval(configuration) } };
    }),
  );
}
