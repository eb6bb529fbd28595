import type { InspectedModel } from '../../protocol/inspection';
import { type MeasuredFigure, measuredFigure } from '../measurements/measured-figure';
import type { EstimatedLayer, EstimatedModel } from './estimated-model';
import { madeLayers } from './made-layers';

/** A line of source that made layers, with their sum. */
export interface AnnotatedLine {
  /** From 1. */
  readonly line: number;
  readonly models: readonly EstimatedModel[];
  readonly layers: readonly EstimatedLayer[];
  /** Layers that the line's calls made; an `activation` argument is part of its layer. */
  readonly made: number;
  /** Joules of one iteration, all layers of the line. */
  readonly energyJ: number;
  /** Forward MACs of one sample, all layers of the line. */
  readonly macs: number;
  /** What was measured of its layers. */
  readonly measured?: MeasuredFigure;
}

/**
 * Sums the layers of a file's models by the line that made them. Layers made in other files are not on its lines. Where several exports
 * share a builder, the line shows the first of them: their sum would be no network's energy.
 */
export function annotateLines(file: string, models: readonly EstimatedModel[]): AnnotatedLine[] {
  const byLine = new Map<number, { model: EstimatedModel; layers: EstimatedLayer[]; others: EstimatedModel[] }>();
  for (const model of models) {
    for (const estimated of model.layers) {
      const { source, kind } = estimated.layer;
      if (source?.file !== file || kind === 'input') continue;
      const line = byLine.get(source.line);
      if (!line) byLine.set(source.line, { model, layers: [estimated], others: [] });
      else if (line.model === model) line.layers.push(estimated);
      else if (!line.others.includes(model)) line.others.push(model);
    }
  }
  return [...byLine.entries()]
    .map(([line, { model, layers, others }]) => {
      const measured = measuredFigure(model, layers);
      return {
        line,
        models: [model, ...others],
        layers,
        made: madeLayers(layers).length,
        energyJ: layers.reduce((sum, { estimate }) => sum + estimate.totalJ, 0),
        macs: layers.reduce((sum, { estimate }) => sum + estimate.macs.forward, 0),
        ...(measured && { measured }),
      };
    })
    .sort((one, other) => one.line - other.line);
}

/** The lines of a file that make layers of the models, from 1, in order. */
export function linesOfModels(file: string, models: readonly InspectedModel[]): number[] {
  const layers = models.flatMap(({ graph }) => graph.layers);
  const lines = layers.flatMap(({ source, kind }) => (source?.file === file && kind !== 'input' ? [source.line] : []));
  return [...new Set(lines)].sort((one, other) => one - other);
}
