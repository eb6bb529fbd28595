import { psgSchema, type RunConfiguration, type Savers } from '../../src/protocol/configuration';
import { element } from '../shared/element';
import { type Choice, ChoiceInput } from './choice-input';
import type { NumberField } from './field-range';
import { group, pair } from './groups';
import { NumberInput } from './number-input';

type Slu = Savers['slu'];
type Psg = Savers['psg'];

const gatedBlocks: readonly Choice[] = [
  { value: 'identity', label: 'Identity blocks' },
  { value: 'all', label: 'All but the first' },
] satisfies readonly { value: Slu['blocks']; label: string }[];

const estimators: readonly Choice[] = [
  { value: 'centred', label: 'Centred' },
  { value: 'plain', label: 'Plain' },
  { value: 'weighted', label: 'Weighted' },
] satisfies readonly { value: Slu['estimator']; label: string }[];

const executions: readonly Choice[] = [
  { value: 'skip', label: 'Not computed' },
  { value: 'masked', label: 'Masked, for checks' },
] satisfies readonly { value: Slu['execution']; label: string }[];

const thresholdKinds: readonly Choice[] = [
  { value: 'adaptive', label: 'Share of the largest' },
  { value: 'absolute', label: 'Magnitude' },
] satisfies readonly { value: Psg['thresholdKind']; label: string }[];

/** A magnitude says nothing as a share: there the default is begun with. */
function thresholdOf(thresholdKind: Psg['thresholdKind']): Partial<Psg> {
  return thresholdKind === 'adaptive' ? { thresholdKind, threshold: psgSchema.shape.threshold.parse(undefined) } : { thresholdKind };
}

export interface AdvancedActions {
  change<Name extends 'smd' | 'slu' | 'psg' | 'swa'>(saver: Name, change: Partial<Savers[Name]>): void;
  /** A field holds what may not stand there. */
  invalid(): void;
}

/** Knobs of the savers that seldom need another value, folded away. */
export class AdvancedSettings {
  readonly root: HTMLElement;
  private readonly blocks;
  private readonly estimator;
  private readonly execution;
  private readonly thresholdKind;
  private readonly absoluteThreshold;
  private readonly scheduleStretch;
  private readonly slu;
  private readonly psg;
  private readonly swa;

  constructor({ change, invalid }: AdvancedActions) {
    this.blocks = new ChoiceInput('gatedBlocks', 'Blocks with gates', (blocks) => change('slu', { blocks: blocks as Slu['blocks'] }));
    this.estimator = new ChoiceInput('estimator', 'Gradient of gates', (estimator) =>
      change('slu', { estimator: estimator as Slu['estimator'] }),
    );
    this.execution = new ChoiceInput('execution', 'Skipped blocks', (execution) =>
      change('slu', { execution: execution as Slu['execution'] }),
    );
    this.thresholdKind = new ChoiceInput('thresholdKind', 'Threshold as', (kind) =>
      change('psg', thresholdOf(kind as Psg['thresholdKind'])),
    );
    const number = <Knob extends string>(knob: Knob, field: NumberField, label: string, take: (value: number) => void) => ({
      knob,
      input: new NumberInput(field, label, take, invalid),
    });
    const ofSlu = (knob: 'costWeight' | 'gateLearningRateFactor', label: string) =>
      number(knob, knob, label, (value) => change('slu', { [knob]: value }));
    const ofPsg = (knob: Exclude<keyof Psg, 'enabled' | 'thresholdKind'>, field: NumberField, label: string) =>
      number(knob, field, label, (value) => change('psg', { [knob]: value }));
    const ofSwa = (knob: 'learningRateFactor' | 'every' | 'batchNormBatches', field: NumberField, label: string) =>
      number(knob, field, label, (value) => change('swa', { [knob]: value }));
    this.scheduleStretch = new NumberInput(
      'scheduleStretch',
      'Schedule, × the iterations',
      (scheduleStretch) => change('smd', { scheduleStretch }),
      invalid,
    );
    this.slu = [ofSlu('costWeight', 'Weight of the cost'), ofSlu('gateLearningRateFactor', 'Learning rate of gates, × the run’s')];
    this.absoluteThreshold = ofPsg('threshold', 'absoluteThreshold', 'Threshold');
    // In two columns, what the predictor reads stands beside the bits that it is taken from.
    this.psg = [
      ofPsg('learningRate', 'signLearningRate', 'Learning rate of signs'),
      ofPsg('weightBits', 'weightBits', 'Bits of weights'),
      ofPsg('activationBits', 'activationBits', 'Bits of activations'),
      ofPsg('activationMsbBits', 'activationMsbBits', '… that predict'),
      ofPsg('gradientBits', 'gradientBits', 'Bits of gradients'),
      ofPsg('gradientMsbBits', 'gradientMsbBits', '… that predict'),
    ];
    this.swa = [
      ofSwa('learningRateFactor', 'swaLearningRateFactor', 'Rate of the second half, × the first’s'),
      ofSwa('every', 'swaEvery', 'Average every … iterations'),
      ofSwa('batchNormBatches', 'batchNormBatches', 'Batches for batch norm'),
    ];
    const roots = (inputs: readonly { readonly input: NumberInput }[]) => inputs.map(({ input }) => input.root);
    this.root = element(
      'details',
      { className: 'advanced' },
      element('summary', { textContent: 'More of SMD, SLU, PSG and SWA' }),
      group('SMD', pair(this.scheduleStretch.root)),
      group('SLU', pair(this.blocks.root, this.estimator.root, this.execution.root, ...roots(this.slu))),
      group('PSG', pair(this.thresholdKind.root, this.absoluteThreshold.input.root), pair(...roots(this.psg))),
      group('SWA', pair(...roots(this.swa))),
    );
    this.root.addEventListener('toggle', () => {
      for (const choice of this.choices) choice.reread();
    });
  }

  /** What is out of sight cannot be corrected, and does not count. */
  get valid(): boolean {
    return this.numbers.every(({ root, valid }) => root.hidden || valid);
  }

  set disabled(disabled: boolean) {
    for (const input of [...this.numbers, ...this.choices]) input.disabled = disabled;
  }

  fill({ smd, slu, psg, swa }: RunConfiguration['savers']): void {
    // The usual 4/3 without its endless digits; what is not typed anew stays as it is.
    this.scheduleStretch.value = Number(smd.scheduleStretch.toFixed(4));
    for (const { knob, input } of this.slu) input.value = slu[knob];
    for (const { knob, input } of [this.absoluteThreshold, ...this.psg]) input.value = psg[knob];
    for (const { knob, input } of this.swa) input.value = swa[knob];
    this.showChoices({ slu, psg });
  }

  /** The threshold has its slider where it is a share of the largest predicted gradient, and a field here where it is a magnitude. */
  showChoices({ slu, psg }: Pick<Savers, 'slu' | 'psg'>): void {
    this.blocks.show(gatedBlocks, slu.blocks);
    this.estimator.show(estimators, slu.estimator);
    this.execution.show(executions, slu.execution);
    this.thresholdKind.show(thresholdKinds, psg.thresholdKind);
    const { input } = this.absoluteThreshold;
    // Only where it comes into sight: a person who is typing is not interrupted.
    if (input.root.hidden) input.value = psg.threshold;
    input.root.hidden = psg.thresholdKind === 'adaptive';
  }

  private get numbers(): readonly NumberInput[] {
    return [this.scheduleStretch, ...[...this.slu, this.absoluteThreshold, ...this.psg, ...this.swa].map(({ input }) => input)];
  }

  private get choices(): readonly ChoiceInput[] {
    return [this.blocks, this.estimator, this.execution, this.thresholdKind];
  }
}
