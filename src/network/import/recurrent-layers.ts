import { elementsOf } from '../graph-queries';
import { TopologyError, UnknownLayerError } from '../network-errors';
import { noPadding, samePadding, windowedShape } from '../window';
import { LayerConfig } from './layer-config';
import { emitOther, type LayerConverter, type LayerRequest, onlyInput, type Tensor } from './layer-request';

/** Gates of a recurrent cell: how many matrix products of an input and of a state one step takes. */
const gates: Record<string, number> = {
  SimpleRNN: 1,
  SimpleRNNCell: 1,
  GRU: 3,
  GRUCell: 3,
  LSTM: 4,
  LSTMCell: 4,
};

interface Cell {
  readonly units: number;
  readonly parameters: number;
  readonly macsPerStep: number;
}

function cellOf(className: string, config: LayerConfig, features: number): Cell {
  if (className === 'StackedRNNCells') return stackedCell(config, features);
  const count = gates[className];
  if (count === undefined) throw new UnknownLayerError(config.layerName, className);
  const units = config.integer('units');
  const macsPerStep = count * units * (features + units);
  const biasVectors = config.boolean('useBias', true) ? (className.startsWith('GRU') && config.boolean('resetAfter', false) ? 2 : 1) : 0;
  return { units, macsPerStep, parameters: macsPerStep + biasVectors * count * units };
}

function stackedCell(config: LayerConfig, features: number): Cell {
  const cells = config.raw('cells');
  if (!Array.isArray(cells)) throw new TopologyError(`Layer “${config.layerName}” has no cells.`, config.layerName);
  let units = features;
  let parameters = 0;
  let macsPerStep = 0;
  for (const cell of cells) {
    const part = cellOf(String(cell.className), new LayerConfig(config.layerName, cell.config), units);
    units = part.units;
    parameters += part.parameters;
    macsPerStep += part.macsPerStep;
  }
  return { units, parameters, macsPerStep };
}

/** The sequence or the last step, then the states where they are asked for. */
function outputs(request: LayerRequest, layer: Tensor, state: readonly number[], states: number): Tensor[] {
  if (!request.config.boolean('returnState', false)) return [layer];
  return [layer, ...new Array<Tensor>(states).fill({ layer: layer.layer, shape: [...state] })];
}

function recurrent(cellName: (request: LayerRequest) => { className: string; config: LayerConfig }): LayerConverter {
  return (request) => {
    const [steps, features] = onlyInput(request, 2).shape as [number, number];
    const { className, config } = cellName(request);
    const cell = cellOf(className, config, features);
    const outputShape = request.config.boolean('returnSequences', false) ? [steps, cell.units] : [cell.units];
    const layer = emitOther(request, outputShape, { parameters: cell.parameters, macs: steps * cell.macsPerStep });
    return outputs(request, layer, [cell.units], className.startsWith('LSTM') ? 2 : 1);
  };
}

const plain = recurrent(({ className, config }) => ({ className, config }));

const rnn = recurrent(({ config, name }) => {
  const cell = config.raw('cell') as { className?: unknown; config?: Record<string, unknown> } | undefined;
  if (!cell?.config) throw new TopologyError(`Layer “${name}” (RNN) does not say which cell it repeats.`, name);
  return { className: String(cell.className), config: new LayerConfig(name, cell.config) };
});

const convLstm2d: LayerConverter = (request) => {
  const { config } = request;
  config.refuseChannelsFirst();
  const [steps, height, width, channels] = onlyInput(request, 4).shape as [number, number, number, number];
  const kernel = config.pair('kernelSize');
  const strides = config.pair('strides', [1, 1]);
  const dilation = config.pair('dilationRate', [1, 1]);
  const padding = config.name('padding', 'valid') === 'same' ? samePadding([height, width], kernel, strides, dilation) : noPadding;
  const filters = config.integer('filters');
  const image = windowedShape([height, width], kernel, strides, dilation, padding);
  const weights = 4 * filters * elementsOf(kernel) * (channels + filters);
  const parameters = weights + (config.boolean('useBias', true) ? 4 * filters : 0);
  const state = [...image, filters];
  const outputShape = config.boolean('returnSequences', false) ? [steps, ...state] : state;
  const layer = emitOther(request, outputShape, { parameters, macs: steps * elementsOf(image) * weights });
  return outputs(request, layer, state, 2);
};

const embedding: LayerConverter = (request) => {
  const dimensions = request.config.integer('outputDim');
  const parameters = request.config.integer('inputDim') * dimensions;
  return [emitOther(request, [...onlyInput(request).shape, dimensions], { parameters })];
};

export const recurrentConverters: Record<string, LayerConverter> = {
  SimpleRNN: plain,
  GRU: plain,
  LSTM: plain,
  RNN: rnn,
  ConvLSTM2D: convLstm2d,
  Embedding: embedding,
};
