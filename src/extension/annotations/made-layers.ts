import type { EstimatedLayer } from './estimated-model';

/** The layers of a line that calls made: an `activation` argument, which follows its layer at the same place, is no call. */
export function madeLayers(layers: readonly EstimatedLayer[]): EstimatedLayer[] {
  const columns = new Map(layers.map(({ layer }) => [layer.name, layer.source?.column]));
  const isArgument = ({ layer }: EstimatedLayer) => {
    const [input] = layer.inputs;
    const sameCall = input !== undefined && columns.has(input) && columns.get(input) === layer.source?.column;
    return layer.kind === 'activation' && sameCall && layer.name.startsWith(input);
  };
  return layers.filter((estimated) => !isArgument(estimated));
}
