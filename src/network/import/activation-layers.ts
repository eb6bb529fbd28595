import { activationNames } from '../../protocol/layer-graph';
import { type LayerConverter, type LayerRequest, onlyInput, type Tensor } from './layer-request';

type ActivationFunction = (typeof activationNames)[number];

const synonyms: Record<string, ActivationFunction> = { silu: 'swish', leakyReLU: 'leakyRelu', LeakyReLU: 'leakyRelu', ReLU: 'relu' };

function functionNamed(name: string): ActivationFunction {
  return activationNames.find((known) => known === name) ?? synonyms[name] ?? 'other';
}

function emitActivation(request: LayerRequest, input: Tensor, name: ActivationFunction, suffix?: string, note?: string): Tensor {
  const draft = { kind: 'activation', function: name, outputShape: [...input.shape], ...(note === undefined ? {} : { note }) } as const;
  return request.emit({ ...draft, outputShape: [...input.shape] }, [input], suffix);
}

/** The `activation` argument of a layer, as a layer of its own behind it; nothing for `linear`. */
export function emitActivationArgument(request: LayerRequest, input: Tensor): Tensor {
  const name = request.config.name('activation', 'linear');
  if (name === 'linear') return input;
  return emitActivation(request, input, functionNamed(name), name);
}

const relu: LayerConverter = (request) => {
  const { config } = request;
  const plain = config.number('negativeSlope', 0) === 0 && config.number('threshold', 0) === 0;
  const maximum = config.has('maxValue') ? config.number('maxValue', 6) : undefined;
  const name = !plain ? 'other' : maximum === undefined ? 'relu' : maximum === 6 ? 'relu6' : 'other';
  return [emitActivation(request, onlyInput(request), name)];
};

function fixed(name: ActivationFunction, parameter?: { key: string; usual: number }): LayerConverter {
  return (request) => {
    const value = parameter && request.config.number(parameter.key, parameter.usual);
    const note = parameter && `${parameter.key} is ${value}.`;
    return [emitActivation(request, onlyInput(request), name, undefined, note)];
  };
}

export const activationConverters: Record<string, LayerConverter> = {
  Activation: (request) => [emitActivation(request, onlyInput(request), functionNamed(request.config.name('activation', 'linear')))],
  ReLU: relu,
  LeakyReLU: fixed('leakyRelu', { key: 'alpha', usual: 0.3 }),
  ELU: (request) => [emitActivation(request, onlyInput(request), request.config.number('alpha', 1) === 1 ? 'elu' : 'other')],
  Softmax: fixed('softmax'),
  ThresholdedReLU: fixed('other'),
};
