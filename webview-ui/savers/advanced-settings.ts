import type { RunConfiguration, Savers } from '../../src/protocol/configuration';
import { element } from '../shared/element';
import type { NumberField } from './field-range';
import { NumberInput } from './number-input';

type PsgField = 'activationBits' | 'activationMsbBits' | 'weightBits' | 'gradientBits' | 'gradientMsbBits';

/** In the order of the form, which has two columns: what the predictor reads stands beside the bits that it is taken from. */
const psgBits: readonly { field: PsgField; label: string }[] = [
  { field: 'weightBits', label: 'Bits of weights' },
  { field: 'activationBits', label: 'Bits of activations' },
  { field: 'activationMsbBits', label: '… that PSG predicts from' },
  { field: 'gradientBits', label: 'Bits of gradients' },
  { field: 'gradientMsbBits', label: '… that PSG predicts from' },
];

export interface AdvancedActions {
  change<Name extends 'slu' | 'psg'>(saver: Name, change: Partial<Savers[Name]>): void;
  /** A field holds what may not stand there. */
  invalid(): void;
}

/** Knobs of SLU and PSG that seldom need another value, folded away. */
export class AdvancedSettings {
  readonly root: HTMLElement;
  private readonly costWeight: NumberInput;
  private readonly gateRate: NumberInput;
  private readonly signRate: NumberInput;
  private readonly bits: readonly { field: PsgField; input: NumberInput }[];

  constructor({ change, invalid }: AdvancedActions) {
    this.costWeight = new NumberInput('costWeight', 'Weight of SLU’s cost', (costWeight) => change('slu', { costWeight }), invalid);
    this.gateRate = new NumberInput(
      'gateLearningRateFactor',
      'Learning rate of gates, × the run’s',
      (gateLearningRateFactor) => change('slu', { gateLearningRateFactor }),
      invalid,
    );
    this.signRate = new NumberInput(
      'signLearningRate',
      'Learning rate of signs',
      (learningRate) => change('psg', { learningRate }),
      invalid,
    );
    this.bits = psgBits.map(({ field, label }) => ({
      field,
      input: new NumberInput(field satisfies NumberField, label, (value) => change('psg', { [field]: value }), invalid),
    }));
    this.root = element(
      'details',
      { className: 'advanced' },
      element('summary', { textContent: 'More of SLU and PSG' }),
      element('div', { className: 'pair' }, ...this.all.map(({ root }) => root)),
    );
  }

  get valid(): boolean {
    return this.all.every((input) => input.valid);
  }

  set disabled(disabled: boolean) {
    for (const input of this.all) input.disabled = disabled;
  }

  fill({ slu, psg }: RunConfiguration['savers']): void {
    this.costWeight.value = slu.costWeight;
    this.gateRate.value = slu.gateLearningRateFactor;
    this.signRate.value = psg.learningRate;
    for (const { field, input } of this.bits) input.value = psg[field];
  }

  private get all(): readonly NumberInput[] {
    return [this.costWeight, this.gateRate, this.signRate, ...this.bits.map(({ input }) => input)];
  }
}
