import type { GatedResNetCase } from '../gated-resnet-case';

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** What a gate's pass through the LSTM leaves for its gradient; [samples, …], the four parts in PyTorch's order i, f, g, o. */
interface Pass {
  readonly features: Float64Array;
  readonly previousH: Float64Array;
  readonly previousCell: Float64Array;
  readonly parts: Float64Array;
  readonly cell: Float64Array;
  readonly h: Float64Array;
  readonly probabilities: Float64Array;
}

/** The LSTM and the linear unit that all gates share. Weights as PyTorch keeps them, [out, in]. */
export class GateControl {
  private readonly passes: Pass[] = [];
  private readonly hidden: number;
  private dh: Float64Array;
  private dcell: Float64Array;
  /** By the weight's name. */
  readonly gradients = new Map<string, Float64Array>();

  constructor(
    private readonly params: GatedResNetCase['params'],
    private readonly samples: number,
  ) {
    this.hidden = params['control.proj.weight']!.values.length;
    this.dh = new Float64Array(samples * this.hidden);
    this.dcell = new Float64Array(samples * this.hidden);
  }

  /** Probabilities of the next gate, one for each sample. */
  forward(features: Float64Array): Float64Array {
    const { samples, hidden } = this;
    const before = this.passes.at(-1);
    const previousH = before?.h ?? new Float64Array(samples * hidden);
    const previousCell = before?.cell ?? new Float64Array(samples * hidden);
    const z = this.linear('control.rnn.weight_ih_l0', 'control.rnn.bias_ih_l0', features);
    const recurrent = this.linear('control.rnn.weight_hh_l0', 'control.rnn.bias_hh_l0', previousH);
    const parts = z.map((value, i) => {
      const part = Math.floor((i % (4 * hidden)) / hidden);
      return (part === 2 ? Math.tanh : sigmoid)(value + recurrent[i]!);
    });
    const [i, f, g, o] = this.split(parts);
    const cell = previousCell.map((value, at) => f[at]! * value + i[at]! * g[at]!);
    const h = cell.map((value, at) => o[at]! * Math.tanh(value));
    const probabilities = this.linear('control.proj.weight', 'control.proj.bias', h).map(sigmoid);
    this.passes.push({ features, previousH, previousCell, parts, cell, h, probabilities });
    return probabilities;
  }

  /** Gradient of the features of the last gate that has none yet, from that of its probabilities. */
  backward(dprobabilities: Float64Array): Float64Array {
    const { features, previousH, previousCell, parts, cell, h, probabilities } = this.passes.pop()!;
    const dlogit = dprobabilities.map((value, s) => value * probabilities[s]! * (1 - probabilities[s]!));
    const ofLogit = this.linearGradient('control.proj.weight', 'control.proj.bias', h, dlogit);
    const dh = this.dh.map((value, at) => value + ofLogit[at]!);
    const [i, f, g, o] = this.split(parts);
    const dcell = this.dcell.map((value, at) => value + dh[at]! * o[at]! * (1 - Math.tanh(cell[at]!) ** 2));
    const dz = this.joined([
      dcell.map((value, at) => value * g[at]! * i[at]! * (1 - i[at]!)),
      dcell.map((value, at) => value * previousCell[at]! * f[at]! * (1 - f[at]!)),
      dcell.map((value, at) => value * i[at]! * (1 - g[at]! ** 2)),
      dh.map((value, at) => value * Math.tanh(cell[at]!) * o[at]! * (1 - o[at]!)),
    ]);
    this.dcell = dcell.map((value, at) => value * f[at]!);
    this.dh = this.linearGradient('control.rnn.weight_hh_l0', 'control.rnn.bias_hh_l0', previousH, dz);
    return this.linearGradient('control.rnn.weight_ih_l0', 'control.rnn.bias_ih_l0', features, dz);
  }

  private linear(weight: string, bias: string, x: Float64Array): Float64Array {
    return linear(x, this.params[weight]!.values, this.params[bias]!.values);
  }

  private linearGradient(weight: string, bias: string, x: Float64Array, dy: Float64Array): Float64Array {
    const { dx, dw, dbias } = linearGradient(x, dy, this.params[weight]!.values, this.params[bias]!.values.length);
    for (const [name, gradient] of [[weight, dw] as const, [bias, dbias] as const])
      this.gradients.set(name, this.gradients.get(name)?.map((value, at) => value + gradient[at]!) ?? gradient);
    return dx;
  }

  /** The four parts of [samples, 4·hidden], each [samples, hidden]. */
  private split(values: Float64Array): [Float64Array, Float64Array, Float64Array, Float64Array] {
    const { hidden } = this;
    const part = (number: number) => values.filter((_, at) => Math.floor((at % (4 * hidden)) / hidden) === number);
    return [part(0), part(1), part(2), part(3)];
  }

  private joined(parts: readonly Float64Array[]): Float64Array {
    const { samples, hidden } = this;
    return Float64Array.from({ length: 4 * samples * hidden }, (_, at) => {
      const [sample, place] = [Math.floor(at / (4 * hidden)), at % (4 * hidden)];
      return parts[Math.floor(place / hidden)]![sample * hidden + (place % hidden)]!;
    });
  }
}

/** x [samples, in], w [out, in] → [samples, out]. */
export function linear(x: Float64Array, w: ArrayLike<number>, bias: ArrayLike<number>): Float64Array {
  const outputs = bias.length;
  const inputs = w.length / outputs;
  return Float64Array.from({ length: (x.length / inputs) * outputs }, (_, at) => {
    const [sample, o] = [Math.floor(at / outputs), at % outputs];
    let sum = bias[o]!;
    for (let i = 0; i < inputs; i++) sum += x[sample * inputs + i]! * w[o * inputs + i]!;
    return sum;
  });
}

export function linearGradient(x: Float64Array, dy: Float64Array, w: ArrayLike<number>, outputs: number) {
  const inputs = w.length / outputs;
  const [dx, dw, dbias] = [new Float64Array(x.length), new Float64Array(w.length), new Float64Array(outputs)];
  dy.forEach((value, at) => {
    const [sample, o] = [Math.floor(at / outputs), at % outputs];
    dbias[o]! += value;
    for (let i = 0; i < inputs; i++) {
      dx[sample * inputs + i]! += value * w[o * inputs + i]!;
      dw[o * inputs + i]! += value * x[sample * inputs + i]!;
    }
  });
  return { dx, dw, dbias };
}
