/** Mean and standard deviation over the samples of each gate's probability, from a table [samples, gates]. */
export function gateStatistics(probabilities: Float32Array, gates: number): { gateProbability: number[]; gateSpread: number[] } {
  const samples = probabilities.length / gates;
  const columns = Array.from({ length: gates }, (_, gate) =>
    Array.from({ length: samples }, (__, sample) => probabilities[sample * gates + gate]!),
  );
  const gateProbability = columns.map((column) => column.reduce((sum, value) => sum + value, 0) / samples);
  const gateSpread = columns.map((column, gate) =>
    Math.sqrt(column.reduce((sum, value) => sum + (value - gateProbability[gate]!) ** 2, 0) / samples),
  );
  return { gateProbability, gateSpread };
}
