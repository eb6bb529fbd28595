import { Option } from 'commander';
import { measuringSchema } from '../protocol/measuring';
import { checked, described, jsonOption, listed, modelOptions, numberOption, profileOption } from './options';
import type { ModelOptions } from './resolve-model';

/** Options of `e2train measure`; texts, ranges and usual values are the schema's own. */

const fields = measuringSchema.shape;

export const boardOption = new Option('--board <board>', fields.board.description);
export const sshConfigurationOption = new Option('--ssh-config <file>', 'another configuration of ssh than your own');
export const executionBatchOption = numberOption('--batch <n>', fields.batchSize);

export const measureOptions = [
  boardOption,
  new Option('--workload <command>', fields.workload.description),
  new Option('--meter <file>', fields.meter.description),
  numberOption('--repeats <n>', fields.repeats),
  numberOption('--executions <n>', fields.executions),
  executionBatchOption,
  new Option('--phases <list>', described(fields.phases)).argParser((text) => checked('--phases', fields.phases, listed(text))),
  new Option('--precision <list>', described(fields.precisions)).argParser(listed),
  new Option('--layers <list>', fields.layers.description).argParser(listed),
  new Option('--rails <list>', fields.rails.description).argParser(listed),
  numberOption('--window <seconds>', fields.windowSeconds),
  numberOption('--idle <seconds>', fields.idleSeconds),
  numberOption('--interval <seconds>', fields.intervalSeconds),
  numberOption('--reconnect <seconds>', fields.reconnectSeconds),
  sshConfigurationOption,
  profileOption,
  ...modelOptions,
  jsonOption,
];

/** What commander makes of `measureOptions`. */
export interface MeasureOptions extends ModelOptions {
  readonly board?: string;
  readonly workload?: string;
  readonly meter?: string;
  readonly repeats?: number;
  readonly executions?: number;
  readonly batch?: number;
  readonly phases?: string[];
  readonly precision?: string[];
  readonly layers?: string[];
  readonly rails?: string[];
  readonly window?: number;
  readonly idle?: number;
  readonly interval?: number;
  readonly reconnect?: number;
  readonly sshConfig?: string;
  readonly profile?: string;
  readonly json?: boolean;
}
