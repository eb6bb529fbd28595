import { activationConverters } from './activation-layers';
import { convolutionConverters } from './convolution-layers';
import type { LayerConverter } from './layer-request';
import { mergeConverters } from './merge-layers';
import { normalizationConverters } from './normalization-layers';
import { poolingConverters } from './pooling-layers';
import { recurrentConverters } from './recurrent-layers';
import { shapeConverters } from './shape-layers';
import { wrapperConverters } from './wrapper-layers';

/** Every Keras layer class that the importer understands. */
export const layerConverters: ReadonlyMap<string, LayerConverter> = new Map(
  Object.entries({
    ...activationConverters,
    ...convolutionConverters,
    ...mergeConverters,
    ...normalizationConverters,
    ...poolingConverters,
    ...recurrentConverters,
    ...shapeConverters,
    ...wrapperConverters,
  }),
);
