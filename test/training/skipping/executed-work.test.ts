import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Engine, Executable } from '../../../src/engine/engine';
import { createLocalEngine } from '../../../src/engine/local/local-engine';
import type { Operation, Program, TensorId, Window } from '../../../src/engine/program';
import { buildResNet } from '../../../src/network/resnet';
import { RunHarness } from '../run-harness';

/** MACs that the operations of training's sections were given, by what they were for. */
class CountedMacs {
  forward = 0;
  inputGradient = 0;
  weightGradient = 0;
  gates = 0;

  /** Counts an operation by its own tensors' shapes and the length of its list of samples, as it stands after the section. */
  add(operation: Operation, program: Program, executed: number): void {
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
      case 'conv2dWeightGradient':
        this.weightGradient += spread(operation.window, shape(operation.dw));
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
          macs.add(operation, program, operation.samples === undefined ? samples : executable.read(operation.samples)[0]!);
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

const slu = { enabled: true, skipRatio: 0.5 };

// Origin of the numbers: the operations that the engine ran, with the shapes of their own tensors and the samples that their lists held.
it.each([
  ['SLU', { slu }],
  ['SLU that computes all and mixes', { slu: { ...slu, execution: 'masked' as const } }],
  ['SLU with SMD and SWA', { slu, smd: { enabled: true }, swa: { enabled: true, startShare: 0.5, batchNormBatches: 2 } }],
  ['stochastic depth', { stochasticDepth: { enabled: true, skipRatio: 0.5 } }],
  ['no savers', {}],
])('the ledger has the MACs that the engine ran under %s', async (_, savers) => {
  const macs = new CountedMacs();
  const harness = new RunHarness(counting(engine, macs), buildResNet({ depth: 14, inputShape: [8, 8, 3], classes: 5 }));
  const run = harness.create({ iterations: 12, learningRate: 0.05, savers });
  await harness.work(run);
  const booked = harness.records(run, 'layerEnergy').at(-1)!.macs!;
  const { forward, inputGradient, weightGradient, gates } = macs;
  expect(forward).toBeGreaterThan(0);
  expect(booked).toEqual({ forward, inputGradient, weightGradient, gates, predictor: 0 });
  harness.dispose();
});
