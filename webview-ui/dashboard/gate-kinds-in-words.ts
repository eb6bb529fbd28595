import type { BlockExecutionRecord } from '../../src/protocol/records';

/** Below this standard deviation of its probability over images a gate does not decide by what it sees. */
const looksAtNothing = 0.01;
/** Such a gate whose probability is this close to 0 or 1 leaves next to nothing to chance either. */
const decided = 0.05;

type GateKind = 'shut' | 'open' | 'chance' | 'looking';

function kindOf(probability: number, spread: number): GateKind {
  if (spread >= looksAtNothing) return 'looking';
  if (probability <= decided) return 'shut';
  return probability >= 1 - decided ? 'open' : 'chance';
}

/** What gates of a kind do, one and several of them. */
const blind = [
  { kind: 'shut', one: 'is all but always shut', several: 'are all but always shut' },
  { kind: 'open', one: 'is all but always open', several: 'are all but always open' },
  { kind: 'chance', one: 'opens by chance alone', several: 'open by chance alone' },
] as const;

/** Whether gates look at their images, and what those do that do not, in one sentence. Nothing without gates. */
export function gateKindsInWords({
  gateProbability,
  gateSpread,
}: Pick<BlockExecutionRecord, 'gateProbability' | 'gateSpread'>): string | undefined {
  if (!gateProbability || !gateSpread) return undefined;
  const kinds = gateProbability.map((probability, gate) => kindOf(probability, gateSpread[gate]!));
  const count = (wanted: GateKind) => kinds.filter((kind) => kind === wanted).length;
  const all = kinds.length;
  const looking = count('looking');
  if (looking === all) return all === 1 ? 'The gate looks at its images.' : 'All gates look at their images.';
  const present = blind.map((words) => ({ ...words, gates: count(words.kind) })).filter(({ gates }) => gates > 0);
  const told = present.map(({ gates, one, several }, place) => {
    if (all === 1) return `the gate ${one}`;
    if (gates === all) return `${all === 2 ? 'both' : `all ${all}`} gates ${several}`;
    return `${gates}${place === 0 ? ` of ${all} gates` : ''} ${gates === 1 ? one : several}`;
  });
  const rest = looking === 0 ? '' : looking === 1 ? '; the other looks at its images' : '; the others look at their images';
  return `Whatever the image, ${listed(told)}${rest}.`;
}

/** `a, b and c`. */
function listed(parts: readonly string[]): string {
  return [parts.slice(0, -1).join(', '), parts.at(-1)].filter(Boolean).join(' and ');
}
