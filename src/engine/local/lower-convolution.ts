import { lowerDirectConvolution, lowerDirectInputGradient, lowerDirectWeightGradient } from './lower-direct-convolution';
import {
  lowerWinogradConvolution,
  lowerWinogradInputGradient,
  lowerWinogradWeightGradient,
  winogradFits,
  winogradFitsInputGradient,
} from './lower-winograd';
import type { Channels, OperationOf, StepBuilder } from './step';

/** Chooses the algorithm of a convolution by its shape: Winograd's where it fits, else the direct sum. */

export function lowerConvolution(builder: StepBuilder, operation: OperationOf<'conv2d'>, channels: Channels): void {
  const lower = winogradFits(operation.window, channels, builder.target) ? lowerWinogradConvolution : lowerDirectConvolution;
  lower(builder, operation, channels);
}

export function lowerInputGradient(builder: StepBuilder, operation: OperationOf<'conv2dInputGradient'>, channels: Channels): void {
  const fits = winogradFitsInputGradient(operation.window, channels, builder.target);
  (fits ? lowerWinogradInputGradient : lowerDirectInputGradient)(builder, operation, channels);
}

export function lowerWeightGradient(builder: StepBuilder, operation: OperationOf<'conv2dWeightGradient'>, channels: Channels): void {
  const fits = winogradFits(operation.window, channels, builder.target);
  (fits ? lowerWinogradWeightGradient : lowerDirectWeightGradient)(builder, operation, channels);
}
