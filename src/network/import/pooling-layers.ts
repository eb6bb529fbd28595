import { noPadding, samePadding, windowedShape, windowedSize } from '../window';
import { emitOther, type LayerConverter, onlyInput, positiveShape } from './layer-request';

function pooling2d(kind: 'maxPooling2d' | 'averagePooling2d'): LayerConverter {
  return (request) => {
    const { config } = request;
    config.refuseChannelsFirst();
    const input = onlyInput(request, 3);
    const image = [input.shape[0]!, input.shape[1]!] as const;
    const poolSize = config.pair('poolSize', [2, 2]);
    const strides = config.pair('strides', poolSize);
    const padding = config.name('padding', 'valid') === 'same' ? samePadding(image, poolSize, strides) : noPadding;
    const outputShape = positiveShape(request, [...windowedShape(image, poolSize, strides, [1, 1], padding), input.shape[2]!]);
    return [request.emit({ kind, poolSize, strides, padding, outputShape }, [input])];
  };
}

function poolingOther(rank: 1 | 3): LayerConverter {
  return (request) => {
    const { config } = request;
    config.refuseChannelsFirst();
    const input = onlyInput(request, rank + 1);
    const pool = config.integers('poolSize', rank, new Array<number>(rank).fill(2));
    const strides = config.integers('strides', rank, pool);
    const same = config.name('padding', 'valid') === 'same';
    const sizes = pool.map((size, axis) =>
      same ? Math.ceil(input.shape[axis]! / strides[axis]!) : windowedSize(input.shape[axis]!, size, strides[axis]!, 1, 0),
    );
    return [emitOther(request, [...sizes, input.shape[rank]!])];
  };
}

const globalAveragePooling2d: LayerConverter = (request) => {
  request.config.refuseChannelsFirst();
  const input = onlyInput(request, 3);
  if (request.config.boolean('keepdims', false)) return [emitOther(request, [1, 1, input.shape[2]!])];
  return [request.emit({ kind: 'globalAveragePooling2d', outputShape: [input.shape[2]!] }, [input])];
};

function globalOther(rank: 2 | 3): LayerConverter {
  return (request) => {
    request.config.refuseChannelsFirst();
    return [emitOther(request, [onlyInput(request, rank).shape[rank - 1]!])];
  };
}

export const poolingConverters: Record<string, LayerConverter> = {
  MaxPooling2D: pooling2d('maxPooling2d'),
  AveragePooling2D: pooling2d('averagePooling2d'),
  MaxPooling1D: poolingOther(1),
  AveragePooling1D: poolingOther(1),
  MaxPooling3D: poolingOther(3),
  AveragePooling3D: poolingOther(3),
  GlobalAveragePooling2D: globalAveragePooling2d,
  GlobalMaxPooling2D: globalOther(3),
  GlobalAveragePooling1D: globalOther(2),
  GlobalMaxPooling1D: globalOther(2),
};
