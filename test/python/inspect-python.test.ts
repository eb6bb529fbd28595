import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Inspector } from '../../src/inspection/inspector';
import { PythonWorker } from '../../src/inspection/python/python-worker';
import { networkMacs } from '../../src/network/macs';
import { countParameters } from '../../src/network/parameters';
import { validateGraph } from '../../src/network/validate-graph';
import type { InspectedModel } from '../../src/protocol/inspection';
import { trainableParameters } from '../network/trainable-parameters';
import { patientInspector, python, pythonFile, runPython } from './python-files';

let inspector: Inspector;
beforeAll(() => {
  inspector = patientInspector();
});
afterAll(() => inspector.dispose());

async function inspect(name: string, text?: string) {
  return inspector.inspect({ file: pythonFile(name), python, ...(text !== undefined && { text }) });
}

async function onlyModel(name: string, text?: string): Promise<InspectedModel> {
  const { models, problems } = await inspect(name, text);
  expect(problems).toEqual([]);
  expect(models).toHaveLength(1);
  expect(validateGraph(models[0]!.graph)).toEqual([]);
  return models[0]!;
}

const linesOf = ({ graph }: InspectedModel, kind: string) =>
  graph.layers.flatMap((layer) => (layer.kind === kind ? [layer.source?.line] : []));

/** Parameters, and multiply-accumulates of one image by PyTorch's own counter. */
const torchCounts = `
import json, sys, torch, importlib
from torch.utils.flop_counter import FlopCounterMode
model = getattr(importlib.import_module(sys.argv[1]), sys.argv[2])
model = model() if isinstance(model, type) else model
with FlopCounterMode(display=False) as counter:
    # Without values, every function shows the counter the products that it is made of; two images, for batch norm's sake.
    model.to("meta")(torch.zeros([2, *json.loads(sys.argv[3])], device="meta"))
print(json.dumps([sum(p.numel() for p in model.parameters()), counter.get_total_flops() / 4]))
`;

describe('a PyTorch model', () => {
  it('has each layer at the line that made it, in helpers and loops too, with images as height × width × channels', async () => {
    const model = await onlyModel('resnet.py');
    expect(model).toMatchObject({ exportName: 'model', source: { line: 42 } });
    expect(linesOf(model, 'conv2d')).toEqual([29, 11, 13, 11, 13, 17, 11, 13, 17]);
    expect(linesOf(model, 'add')).toEqual([21, 21, 21]);
    expect(linesOf(model, 'depthwiseConv2d')).toEqual([31]);
    expect(linesOf(model, 'dense')).toEqual([33]);
    expect(model.graph.layers.find(({ name }) => name === 'blocks.1.conv1')).toMatchObject({ outputShape: [14, 14, 16], strides: [2, 2] });
    expect(model.python?.obstacle).toBeUndefined();
  });

  it.each([
    ['resnet.py', 'model', [1, 28, 28]],
    ['attention.py', 'Attention', [3, 8, 8]],
  ])('has the parameters and MACs that PyTorch itself counts (%s)', async (name, exportName, shape) => {
    const { graph } = await onlyModel(name);
    const [parameters, macs] = runPython<[number, number]>(torchCounts, name.replace('.py', ''), exportName, JSON.stringify(shape));
    expect(trainableParameters(graph)).toBe(parameters);
    expect(networkMacs(graph).forward).toBe(macs);
  });

  it('that decides by values is shown as one pass, and says which line keeps it from training', async () => {
    const model = await onlyModel('by_values.py');
    expect(linesOf(model, 'dense')).toEqual([10]);
    expect(model.python?.obstacle).toMatch(/^Line 14 decides by the values of a tensor/);
  });

  it('keeps the order of samples’ sizes: pooling, padding and averages are those of PyTorch', async () => {
    const text = `
from torch import nn
import torch.nn.functional as F
# e2train: input 32x32x3
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, (3, 5), stride=2, padding=(1, 2), dilation=1)
        self.pool = nn.MaxPool2d(3, 2, 1)
        self.same = nn.Conv2d(4, 4, 4, padding="same")
        self.head = nn.Linear(4, 10)
    def forward(self, x):
        x = F.pad(self.pool(F.relu(self.conv(x))), (1, 0, 2, 0))
        x = F.avg_pool2d(self.same(x), 2, padding=1)
        x = nn.AdaptiveAvgPool2d(1)(x)
        return F.log_softmax(self.head(x.view(x.size(0), -1)), dim=1)
`;
    const { graph } = await onlyModel('net.py', text);
    const shapes = graph.layers.map(({ kind, outputShape }) => `${kind} ${outputShape.join('×')}`);
    expect(shapes).toEqual([
      ...['input 32×32×3', 'conv2d 16×16×4', 'activation 16×16×4', 'zeroPadding2d 18×18×4', 'maxPooling2d 8×8×4'],
      ...['zeroPadding2d 10×9×4', 'conv2d 10×9×4', 'zeroPadding2d 12×11×4', 'averagePooling2d 6×5×4'],
      ...['globalAveragePooling2d 4', 'flatten 4', 'dense 10', 'activation 10'],
    ]);
  });
});

describe('a Keras model', () => {
  const kerasParameters = `
import json, sys, importlib
model = getattr(importlib.import_module(sys.argv[1]), sys.argv[2])
if callable(model) and not hasattr(model, "layers"):
    model = model()
    model.build((None, 28, 28, 1))
print(json.dumps([model.count_params(), [layer.name for layer in model.layers]]))
`;

  it('that is functional has its layers at their lines and Keras’ own count of parameters', async () => {
    const model = await onlyModel('functional.py');
    expect(linesOf(model, 'conv2d')).toEqual([8, 8, 17]);
    expect(linesOf(model, 'add')).toEqual([15]);
    expect(linesOf(model, 'depthwiseConv2d')).toEqual([16, 17]);
    const [parameters] = runPython<[number]>(kerasParameters, 'functional', 'model');
    expect(countParameters(model.graph)).toBe(parameters);
    expect(model.python).toMatchObject({ framework: 'keras' });
    expect(model.python?.obstacle).toBeUndefined();
  });

  it('that a function returns may take its input shape from a comment', async () => {
    const model = await onlyModel('sequential.py');
    expect(model.exportName).toBe('build_model');
    expect(linesOf(model, 'conv2d')).toEqual([10]);
    const [parameters] = runPython<[number]>(kerasParameters, 'sequential', 'build_model');
    expect(countParameters(model.graph)).toBe(parameters);
  });

  it('of an own class is traced through its call', async () => {
    const text = `
import keras
# e2train: input 28x28x1
class Sub(keras.Model):
    def __init__(self):
        super().__init__()
        self.a = keras.layers.Conv2D(4, 3)
        self.b = keras.layers.Dense(10)
    def call(self, x):
        x = keras.ops.relu(self.a(x))
        return self.b(keras.ops.mean(x, axis=(1, 2)))
`;
    const model = await onlyModel('sub.py', text);
    expect(model.graph.layers.map(({ kind }) => kind)).toEqual(['input', 'conv2d', 'activation', 'globalAveragePooling2d', 'dense']);
    expect(model.graph.layers.map(({ source }) => source?.line)).toEqual([7, 7, 10, 11, 8]);
  });
});

describe('a Python file with a fault is told in one sentence at its line', () => {
  it.each([
    ['syntax-error', 'import torch\nmodel = torch.nn.Linear(1, 2\n', /^Syntax error: '\(' was never closed\.$/, 2],
    ['threw', 'from torch import nn\n\nmodel = nn.Conv2d(3, 8)\n', /^The file throws TypeError: .*kernel_size.*\.$/, 3],
    ['module-not-found', 'import torch\nimport no_such_module\n', /^The module “no_such_module” is not there for /, 2],
    ['no-model', 'import torch\n', /^No model was found: /, undefined],
    ['input-shape-needed', 'from torch import nn\nmodel = nn.Sequential(nn.Conv2d(3, 8, 3))\n', /# e2train: input 32x32x3/, 2],
    [
      'threw',
      'from torch import nn\n# e2train: input 8x8x3\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(5, 2)\n    def forward(self, x):\n        return self.fc(x)\n',
      /^The file throws RuntimeError: .*(shapes|dim)/,
      8,
    ],
  ])('%s', async (code, text, sentence, line) => {
    const { models, problems } = await inspect('fault.py', text);
    expect(models).toEqual([]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ code, message: expect.stringMatching(sentence) });
    expect(problems[0]!.source?.line).toBe(line);
  });

  it('when it never ends: the line where it was interrupted', async () => {
    const impatient = new Inspector({ timeoutMs: 1500 });
    const text = 'from torch import nn\n\ndef build_net():\n    while True:\n        pass\n    return nn.Linear(1, 1)\n';
    const { problems } = await impatient.inspect({ file: pythonFile('endless.py'), text, python });
    expect(problems).toMatchObject([{ code: 'timeout', message: expect.stringContaining('within 1.5 s') }]);
    expect([4, 5]).toContain(problems[0]!.source?.line);
    impatient.dispose();
  });

  it('when it takes memory without end, and the next file is inspected as ever', async () => {
    const text = 'import torch\nheld = []\nwhile True:\n    held.append(bytearray(10_000_000))\n';
    const { problems } = await inspect('hoarder.py', text);
    expect(problems).toMatchObject([{ code: 'out-of-memory', source: { line: 4 } }]);
    await onlyModel('sequential.py');
  });

  it('when the interpreter is not there, or has no PyTorch', async () => {
    const missing = await inspector.inspect({ file: pythonFile('resnet.py'), python: '/no/python' });
    expect(missing.problems).toMatchObject([{ message: expect.stringContaining('The Python interpreter /no/python is not there') }]);
    const text = 'import sys\nsys.modules["torch"] = None\nimport torch\n';
    const { problems } = await inspect('bare.py', text);
    expect(problems).toMatchObject([
      {
        code: 'module-not-found',
        message: expect.stringMatching(/^PyTorch is not installed for .*pip install torch/),
        source: { line: 3 },
      },
    ]);
  });
});

it('inspects in the process itself where the system cannot fork, which then is spent', async () => {
  const worker = new PythonWorker(512, { inProcess: true });
  const { result, spent } = await worker.inspect({ file: pythonFile('resnet.py'), python }, 60_000);
  expect(result.problems).toEqual([]);
  expect(result.models).toHaveLength(1);
  expect(spent).toBe(true);
  worker.end('process-failed');
});

it('gives a model file no secrets of the environment', async () => {
  process.env.E2TRAIN_TEST_SECRET = 'secret';
  const text =
    'import os\nfrom torch import nn\n# e2train: input 4\nmodel = nn.Linear(4, 6 if "E2TRAIN_TEST_SECRET" in os.environ else 2)\n';
  const { graph } = await onlyModel('secret.py', text);
  expect(graph.layers.at(-1)!.outputShape).toEqual([2]);
});
