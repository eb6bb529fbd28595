import { afterAll, beforeAll, expect, it } from 'vitest';
import { saverWidths } from '../../../src/energy/saver-widths';
import type { OperandWidths } from '../../../src/energy/work';
import type { Engine, Executable } from '../../../src/engine/engine';
import { createLocalEngine } from '../../../src/engine/local/local-engine';
import type { Operation, Program, TensorId, Window } from '../../../src/engine/program';
import { buildResNet } from '../../../src/network/resnet';
import { saversSchema } from '../../../src/protocol/configuration';
import { RunHarness } from '../run-harness';

/** MACs that the operations of training's sections were given, by what they were for. */
class CountedMacs {
  forward = 0;
  inputGradient = 0;
  weightGradient = 0;
  predictor = 0;
  gates = 0;
  /** Bits of what convolutions multiplied, and of what predicted. */
  readonly widths = new Set<string>();
  /** Of the weight gradients of this step, by their tensor. */
  private readonly products = new Map<TensorId, number>();

  /**
   * Counts an operation by its own tensors' shapes and the length of its list of samples, as it stands after the section. Of a weight gradient that
   * PSG predicts, the entries that it decided are taken away again.
   * @param read a tensor as it stands then.
   */
  add(operation: Operation, program: Program, executed: number, read: (tensor: TensorId) => ArrayLike<number>): void {
    const shape = (tensor: TensorId) => program.tensors[tensor]!.shape;
    const spread = ({ outputHeight, outputWidth }: Window, kernel: readonly number[]) =>
      executed * outputHeight * outputWidth * kernel.reduce((product, size) => product * size, 1);
    switch (operation.kind) {
      case 'conv2d':
        this.forward += spread(operation.window, shape(operation.w));
        return;
      case 'conv2dInputGradient':
        this.inputGradient += spread(operation.window, shape(operation.w));
        return;
      case 'conv2dWeightGradient': {
        const product = spread(operation.window, shape(operation.dw));
        this.products.set(operation.dw, product);
        this.weightGradient += product;
        return;
      }
      case 'conv2dPredictorGradient':
        this.predictor += spread(operation.window, shape(operation.dw));
        this.widths.add(`predictor ${operation.msbBits} × ${operation.gradientBits}`);
        return;
      case 'predictiveGradient': {
        const entries = shape(operation.g).reduce((product, size) => product * size, 1);
        this.weightGradient -= this.products.get(operation.full)! * (read(operation.metrics)[0]! / entries);
        return;
      }
      case 'quantize':
        this.widths.add(`${program.tensors[operation.x]!.name.startsWith('gradient') ? 'gradients' : 'activations'} ${operation.bits}`);
        return;
      case 'quantizeWeights':
        this.widths.add(`weights ${operation.bits}`);
        return;
      case 'dense':
      case 'denseInputGradient':
        this.dense(operation.kind === 'dense' ? 'forward' : 'inputGradient', operation.w, program, executed);
        return;
      case 'denseWeightGradient':
        this.dense('weightGradient', operation.dw, program, executed);
    }
  }

  private dense(use: 'forward' | 'inputGradient' | 'weightGradient', kernel: TensorId, program: Program, executed: number): void {
    const { name, shape } = program.tensors[kernel]!;
    this[name.includes('gates/') ? 'gates' : use] += executed * shape[0]! * shape[1]!;
  }
}

/** Our engine, with every operation of every training step counted. */
function counting(engine: Engine, macs: CountedMacs): Engine {
  return {
    description: engine.description,
    dispose: () => engine.dispose(),
    requireRoom: (program) => engine.requireRoom(program),
    async compile(program) {
      const executable = await engine.compile(program);
      return new Proxy(executable, {
        get(target, name) {
          if (name === 'run') return run;
          const value = Reflect.get(target, name) as unknown;
          return typeof value === 'function' ? value.bind(target) : value;
        },
      }) as Executable;

      function run(section: string, samples: number): void {
        executable.run(section, samples);
        if (section !== 'train') return;
        for (const operation of program.sections[section]!) {
          const executed = operation.samples === undefined ? samples : executable.read(operation.samples)[0]!;
          macs.add(operation, program, executed, (tensor) => executable.read(tensor));
        }
      }
    },
  };
}

let engine: Engine;
beforeAll(async () => {
  engine = await createLocalEngine({ build: 'native', threads: 2 });
});
afterAll(() => engine.dispose());

/** The widths that the ledger prices, in the same words. */
function widthsInWords(widths: OperandWidths | undefined): string[] {
  if (!widths) return [];
  const { activations, gradients, weights, predictor } = widths;
  const ofPredictor = predictor ? [`predictor ${predictor.activations} × ${predictor.gradients}`] : [];
  return [`activations ${activations}`, `gradients ${gradients}`, ...ofPredictor, `weights ${weights}`];
}

const slu = { enabled: true, skipRatio: 0.5 };
const psg = { enabled: true, activationBits: 9, activationMsbBits: 5, weightBits: 7, gradientBits: 12, gradientMsbBits: 10 };
const psgWidths = ['activations 9', 'gradients 12', 'predictor 5 × 10', 'weights 7'];

// Origin of the numbers: the operations that the engine ran, with the shapes of their own tensors and the samples that their lists held.
it.each([
  ['SLU', { slu }],
  ['SLU that computes all and mixes', { slu: { ...slu, execution: 'masked' as const } }],
  ['SLU with SMD and SWA', { slu, smd: { enabled: true }, swa: { enabled: true, startShare: 0.5, batchNormBatches: 2 } }],
  ['stochastic depth', { stochasticDepth: { enabled: true, skipRatio: 0.5 } }],
  ['PSG', { psg }, psgWidths],
  ['SLU with PSG', { slu, psg }, psgWidths],
  ['stochastic depth with PSG', { stochasticDepth: { enabled: true, skipRatio: 0.5 }, psg }, psgWidths],
  ['fixed 8-bit training', { baseline: '8bit' as const }, ['activations 8', 'gradients 8', 'weights 8']],
  ['no savers', {}],
])('the ledger has the MACs that the engine ran under %s', async (_, savers, widths: readonly string[] = []) => {
  const macs = new CountedMacs();
  const harness = new RunHarness(counting(engine, macs), buildResNet({ depth: 14, inputShape: [8, 8, 3], classes: 5 }));
  const run = harness.create({ iterations: 12, learningRate: 0.05, savers });
  await harness.work(run);
  const booked = harness.records(run, 'layerEnergy').at(-1)!.macs!;
  const { forward, inputGradient, weightGradient, predictor, gates } = macs;
  expect(forward).toBeGreaterThan(0);
  // Whole numbers, but for the shares that were predicted, which are rounded.
  expect(booked.weightGradient / weightGradient).toBeCloseTo(1, 12);
  expect(booked).toEqual({ forward, inputGradient, weightGradient: booked.weightGradient, gates, predictor });
  expect([...macs.widths].sort()).toEqual(widths);
  expect(widthsInWords(saverWidths(saversSchema.parse(savers)))).toEqual(widths);
  harness.dispose();
});
