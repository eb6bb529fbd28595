import { lowerDirectConvolution, lowerDirectInputGradient, lowerDirectWeightGradient } from './lower-direct-convolution';
import { lowerPointwiseConvolution, lowerPointwiseInputGradient, lowerPointwiseWeightGradient, pointwiseFits } from './lower-pointwise';
import {
  lowerWinogradConvolution,
  lowerWinogradInputGradient,
  lowerWinogradWeightGradient,
  winogradFits,
  winogradFitsInputGradient,
} from './lower-winograd';
import type { Channels, OperationOf, StepBuilder } from './step';

/** Chooses the algorithm of a convolution by its shape: one product for all pixels of a 1×1 window, Winograd's where it fits, else the direct sum. */

export function lowerConvolution(builder: StepBuilder, operation: OperationOf<'conv2d'>, channels: Channels): void {
  const { window } = operation;
  if (pointwiseFits(window)) lowerPointwiseConvolution(builder, operation, channels);
  else if (winogradFits(window, channels, builder.target)) lowerWinogradConvolution(builder, operation, channels);
  else lowerDirectConvolution(builder, operation, channels);
}

export function lowerInputGradient(builder: StepBuilder, operation: OperationOf<'conv2dInputGradient'>, channels: Channels): void {
  const { window } = operation;
  if (pointwiseFits(window)) lowerPointwiseInputGradient(builder, operation, channels);
  else if (winogradFitsInputGradient(window, channels, builder.target)) lowerWinogradInputGradient(builder, operation, channels);
  else lowerDirectInputGradient(builder, operation, channels);
}

export function lowerWeightGradient(builder: StepBuilder, operation: OperationOf<'conv2dWeightGradient'>, channels: Channels): void {
  const { window } = operation;
  if (pointwiseFits(window)) lowerPointwiseWeightGradient(builder, operation, channels);
  else if (winogradFits(window, channels, builder.target)) lowerWinogradWeightGradient(builder, operation, channels);
  else lowerDirectWeightGradient(builder, operation, channels);
}
