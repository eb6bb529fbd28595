/** Edit distance between two words (Levenshtein), counted in letters. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      next.push(Math.min(row[j + 1]! + 1, next[j]! + 1, row[j]! + (letter === other ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}

/** The name that was probably meant; letter case does not count. `undefined` when none is near. */
export function closestName(name: string, names: readonly string[]): string | undefined {
  const ranked = names
    .map((candidate) => ({ candidate, apart: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.apart - b.apart);
  const [best] = ranked;
  return best && best.apart <= Math.max(1, Math.floor(name.length / 3)) ? best.candidate : undefined;
}
