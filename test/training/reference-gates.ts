import type { GateOperation } from '../../src/engine/gate-operations';
import type { TensorId } from '../../src/engine/program';

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** The operations of gated blocks by their definitions, in float64. `size` is that of one sample. */
export function performGateOperation(
  op: GateOperation,
  n: number,
  v: (tensor: TensorId) => Float64Array,
  size: (tensor: TensorId) => number,
): void {
  const samples = Array.from({ length: n }, (_, sample) => sample);
  switch (op.kind) {
    case 'lstmCell': {
      const hidden = size(op.h);
      for (const s of samples)
        for (let k = 0; k < hidden; k++) {
          const z = (part: number) => v(op.z)[(s * 4 + part) * hidden + k]!;
          const before = op.previous === undefined ? 0 : v(op.previous)[s * hidden + k]!;
          const cell = sigmoid(z(1)) * before + sigmoid(z(0)) * Math.tanh(z(2));
          v(op.cell)[s * hidden + k] = cell;
          v(op.h)[s * hidden + k] = sigmoid(z(3)) * Math.tanh(cell);
        }
      return;
    }
    case 'lstmCellGradient': {
      const hidden = size(op.dh);
      for (const s of samples)
        for (let k = 0; k < hidden; k++) {
          const at = s * hidden + k;
          const z = (part: number) => v(op.z)[(s * 4 + part) * hidden + k]!;
          const [i, f, g, o] = [sigmoid(z(0)), sigmoid(z(1)), Math.tanh(z(2)), sigmoid(z(3))];
          const squashed = Math.tanh(v(op.cell)[at]!);
          const before = op.previous === undefined ? 0 : v(op.previous)[at]!;
          const dcell = v(op.dh)[at]! * o * (1 - squashed ** 2) + (op.dcell === undefined ? 0 : v(op.dcell)[at]!);
          const slopes = [
            dcell * g * i * (1 - i),
            dcell * before * f * (1 - f),
            dcell * i * (1 - g ** 2),
            v(op.dh)[at]! * squashed * o * (1 - o),
          ];
          slopes.forEach((slope, part) => {
            v(op.dz)[(s * 4 + part) * hidden + k] = slope;
          });
          if (op.dprevious !== undefined) v(op.dprevious)[at] = dcell * f;
        }
      return;
    }
    case 'gate':
      for (const s of samples) {
        const at = s * size(op.masks) + op.gate;
        v(op.probabilities)[at] = sigmoid(v(op.logit)[s]!);
        v(op.masks)[at] = Number(v(op.probabilities)[at]! > v(op.uniforms)[at]!);
      }
      return;
    case 'listSamples': {
      const runs = (sample: number) => v(op.masks)[sample * size(op.masks) + op.gate] !== 0;
      for (const [list, chosen] of [
        [op.executed, samples.filter(runs)],
        [op.skipped, samples.filter((sample) => !runs(sample))],
      ] as const)
        v(list).set([chosen.length, ...chosen]);
      return;
    }
    case 'mixSamples':
      for (const s of samples) {
        const mask = v(op.masks)[s * size(op.masks) + op.gate]!;
        for (let i = s * size(op.y); i < (s + 1) * size(op.y); i++)
          v(op.y)[i] = (op.a === undefined ? 0 : mask * v(op.a)[i]!) + (op.b === undefined ? 0 : (1 - mask) * v(op.b)[i]!);
      }
      return;
    case 'maskGradient':
      for (const s of samples) {
        let sum = 0;
        for (let i = s * size(op.dy); i < (s + 1) * size(op.dy); i++) sum += v(op.dy)[i]! * (v(op.a)[i]! - v(op.b)[i]!);
        v(op.dmasks)[s * size(op.dmasks) + op.gate] = sum;
      }
      return;
    case 'gateCost': {
      const gates = size(op.masks);
      const share =
        samples.reduce((sum, s) => sum + Array.from(v(op.costs)).reduce((own, cost, k) => own + cost * v(op.masks)[s * gates + k]!, 0), 0) /
        n;
      v(op.share)[0] = share;
      v(op.cost)[0] = ((share > v(op.target)[0]! ? 1 : -1) * v(op.weight)[0]!) / n;
      return;
    }
    case 'gateGradient':
      for (const s of samples) {
        const at = s * size(op.masks) + op.gate;
        const [p, mask, dmask] = [v(op.probabilities)[at]!, v(op.masks)[at]!, v(op.dmasks)[at]!];
        const task = {
          every: dmask,
          executed: mask * dmask,
          centred: mask * (dmask - v(op.mean)[0]!),
          inverseProbability: mask * dmask * Math.min(1 / p, 5),
        }[op.estimator];
        v(op.dlogit)[s] = (task + v(op.cost)[0]! * v(op.costs)[op.gate]!) * p * (1 - p);
      }
      return;
    case 'gateMean': {
      const executed = Array.from(v(op.dmasks)).filter((_, i) => i < n * size(op.masks) && v(op.masks)[i] === 1);
      const average = executed.reduce((sum, value) => sum + value, 0) / executed.length;
      if (executed.length > 0) v(op.mean)[0] = op.momentum * v(op.mean)[0]! + (1 - op.momentum) * average;
    }
  }
}
