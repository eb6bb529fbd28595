import { barOf, type Ratio } from './bars';
import { betterTorch, type Comparison, type Outcome } from './compare';

const columns = [
  ...['network', 'batch', 'threads', 'native ms', 'MB', 'wasm ms', 'MB', 'PyTorch ms', 'MB', 'tfjs-node ms', 'tfjs wasm ms'],
  ...['PyTorch ÷ native', 'PyTorch ÷ wasm', 'tfjs-node ÷ native', 'tfjs-node ÷ wasm'],
];

/** One Markdown table of our steps beside the peers', row by row as the figures come, and at the end a line for each reason why a contender has none. */
export class PeerTable {
  private readonly reasons = new Map<string, string>();
  readonly head = `| ${columns.join(' | ')} |\n|${columns.map(() => '---|').join('')}`;

  /** @param widestVectors of the processor, as far as the libraries may use them: the bars depend on it. */
  constructor(private readonly widestVectors: string) {}

  row(comparison: Comparison): string {
    const { network, batch, threads, outcomes } = comparison;
    const { native, wasm, tfjsNode, tfjsWasm } = outcomes;
    const torch = betterTorch(comparison);
    const cells = [
      ...[network, batch, threads, this.time(native), memory(native), this.time(wasm), memory(wasm), this.time(torch), memory(torch)],
      ...[this.time(tfjsNode), this.time(tfjsWasm)],
      ...[this.ratio('torchNative', network, torch, native), this.ratio('torchWasm', network, torch, wasm)],
      ...[this.ratio('tfjsNative', network, tfjsNode, native), this.ratio('tfjsWasm', network, tfjsNode, wasm)],
    ];
    return `| ${cells.join(' | ')} |`;
  }

  notes(): string[] {
    return [...this.reasons].map(([text, mark]) => `${mark} unavailable, because: ${text}`);
  }

  private time(outcome: Outcome): string {
    if (!('unavailable' in outcome)) return outcome.milliseconds.toFixed(1);
    if (!this.reasons.has(outcome.unavailable)) this.reasons.set(outcome.unavailable, `[${this.reasons.size + 1}]`);
    return `unavailable ${this.reasons.get(outcome.unavailable)}`;
  }

  /** The ratio beside its bar, where there is one. */
  private ratio(which: Ratio, network: string, theirs: Outcome, ours: Outcome): string {
    if ('unavailable' in theirs || 'unavailable' in ours) return '–';
    const ratio = theirs.milliseconds / ours.milliseconds;
    const bar = barOf(which, network, this.widestVectors);
    return `${ratio.toFixed(2)} ×${bar === undefined ? '' : ` (${ratio >= bar ? '≥' : '<'} ${bar})`}`;
  }
}

const memory = (outcome: Outcome) => ('unavailable' in outcome ? '–' : outcome.memoryMB.toFixed(0));
