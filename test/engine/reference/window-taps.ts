import type { Window } from '../../../src/engine/program';

/** Calls `visit` with (input row, input column, kernel row, kernel column, output row, output column) for every tap that lies inside the image. */
export function forEachTap(
  window: Window,
  visit: (row: number, column: number, kernelRow: number, kernelColumn: number, outputRow: number, outputColumn: number) => void,
): void {
  for (let outputRow = 0; outputRow < window.outputHeight; outputRow++)
    for (let outputColumn = 0; outputColumn < window.outputWidth; outputColumn++)
      for (let kernelRow = 0; kernelRow < window.kernelHeight; kernelRow++)
        for (let kernelColumn = 0; kernelColumn < window.kernelWidth; kernelColumn++) {
          const row = outputRow * window.strideHeight - window.padTop + kernelRow * window.dilationHeight;
          const column = outputColumn * window.strideWidth - window.padLeft + kernelColumn * window.dilationWidth;
          if (row < 0 || row >= window.inputHeight || column < 0 || column >= window.inputWidth) continue;
          visit(row, column, kernelRow, kernelColumn, outputRow, outputColumn);
        }
}
