import { betterTorch, type Comparison, type Outcome } from './compare';

const columns = [
  ...['network', 'batch', 'threads', 'native ms', 'MB', 'wasm ms', 'MB', 'PyTorch ms', 'MB', 'tfjs-node ms', 'tfjs wasm ms'],
  ...['PyTorch ÷ native', 'PyTorch ÷ wasm', 'tfjs-node ÷ native', 'tfjs-node ÷ wasm'],
];

const headLines = [`| ${columns.join(' | ')} |`, `|${columns.map(() => '---|').join('')}`];

/** One Markdown table, and under it a line for each reason why a contender has no figures. */
export function markdownTable(comparisons: readonly Comparison[]): string {
  const reasons = new Map<string, string>();
  const footnote = (text: string) => {
    if (!reasons.has(text)) reasons.set(text, `[${reasons.size + 1}]`);
    return `unavailable ${reasons.get(text)}`;
  };
  const rows = comparisons.map((comparison) => tableRow(comparison, footnote));
  const notes = [...reasons].map(([text, mark]) => `${mark} unavailable, because: ${text}`);
  return [...headLines, ...rows, ...(notes.length > 0 ? ['', ...notes] : [])].join('\n');
}

function tableRow(comparison: Comparison, footnote: (text: string) => string): string {
  const { network, batch, threads, outcomes } = comparison;
  const torch = betterTorch(comparison);
  const time = (outcome: Outcome) => ('unavailable' in outcome ? footnote(outcome.unavailable) : outcome.milliseconds.toFixed(1));
  const memory = (outcome: Outcome) => ('unavailable' in outcome ? '–' : outcome.memoryMB.toFixed(0));
  const ratio = (theirs: Outcome, ours: Outcome) =>
    'unavailable' in theirs || 'unavailable' in ours ? '–' : `${(theirs.milliseconds / ours.milliseconds).toFixed(2)} ×`;
  const { native, wasm, tfjsNode, tfjsWasm } = outcomes;
  const cells = [
    ...[network, batch, threads, time(native), memory(native), time(wasm), memory(wasm), time(torch), memory(torch)],
    ...[time(tfjsNode), time(tfjsWasm), ratio(torch, native), ratio(torch, wasm), ratio(tfjsNode, native), ratio(tfjsNode, wasm)],
  ];
  return `| ${cells.join(' | ')} |`;
}
