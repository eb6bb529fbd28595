import { emitOther, type LayerConverter, onlyInput } from './layer-request';

/** The wrapped layer, once per step of the sequence. */
const timeDistributed: LayerConverter = (request) => {
  const [steps = 1, ...step] = onlyInput(request).shape;
  const inner = request.unwrap(request.config.raw('layer'), [step]);
  const className = `TimeDistributed(${inner.className})`;
  return [
    emitOther(request, [steps, ...(inner.outputs[0]?.shape ?? [])], { className, parameters: inner.parameters, macs: steps * inner.macs }),
  ];
};

/** The wrapped layer twice: along the sequence and against it. */
const bidirectional: LayerConverter = (request) => {
  const inner = request.unwrap(request.config.raw('layer'), [onlyInput(request).shape]);
  const shape = [...(inner.outputs[0]?.shape ?? [])];
  const mergeMode = request.config.raw('mergeMode');
  if (mergeMode === undefined || mergeMode === 'concat') shape[shape.length - 1] = 2 * (shape.at(-1) ?? 0);
  const className = `Bidirectional(${inner.className})`;
  const layer = emitOther(request, shape, { className, parameters: 2 * inner.parameters, macs: 2 * inner.macs });
  const states = inner.outputs.slice(1).map(({ shape }) => ({ layer: layer.layer, shape }));
  return mergeMode === null ? [layer, layer, ...states, ...states] : [layer, ...states, ...states];
};

export const wrapperConverters: Record<string, LayerConverter> = {
  TimeDistributed: timeDistributed,
  Bidirectional: bidirectional,
};
