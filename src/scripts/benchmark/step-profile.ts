import type { Engine } from '../../engine/engine';
import { createLocalEngine, type LocalEngineOptions } from '../../engine/local/local-engine';
import type { LocalExecutable } from '../../engine/local/local-executable';
import type { Profile, RecordTime } from '../../engine/local/profile';
import type { Step } from '../../engine/local/step';

/** Where a training step's time goes: kernel by kernel and shape by shape, and what the threads spend waiting for one another. */

/** A local engine that profiles the program that it compiles, and a way to that program's profile. */
export async function profilingEngine(options: Pick<LocalEngineOptions, 'build' | 'threads'>) {
  const engine = await createLocalEngine({ ...options, profile: true });
  let executable: LocalExecutable | undefined;
  const profiled: Engine = {
    ...engine,
    async compile(program) {
      executable = await engine.compile(program);
      return executable;
    },
  };
  return { engine: profiled, profiler: () => executable!.profiler! };
}

interface Row {
  readonly label: string;
  records: number;
  milliseconds: number;
  macs: number;
}

/**
 * One line for each kernel and shape, the dearest first: records per step, milliseconds of all threads per step, share of their time, and
 * for products how many multiply-accumulates a core does in a second (those that the algorithm really does: Winograd's count as they are).
 */
export function formatProfile(profile: Profile, batch: number): string {
  const { runs, elapsedMs } = profile;
  const threads = profile.records[0]!.milliseconds.length;
  const rows = new Map<string, Row>();
  const busy = Array.from({ length: threads }, () => 0);
  for (const record of profile.records) {
    const total = sum(record.milliseconds) / runs;
    if (total === 0) continue;
    const label = `${record.step.kernel} ${shapeOf(record.step)}`;
    const row = rows.get(label) ?? { label, records: 0, milliseconds: 0, macs: 0 };
    rows.set(label, { label, records: row.records + 1, milliseconds: row.milliseconds + total, macs: row.macs + batch * macsOf(record) });
    record.milliseconds.forEach((time, thread) => {
      busy[thread]! += time / runs;
    });
  }
  const wall = elapsedMs / runs;
  const line = (cells: readonly (string | number)[]) =>
    `${String(cells[0]).padEnd(52)}${cells
      .slice(1)
      .map((cell) => String(cell).padStart(10))
      .join('')}`;
  const lines = [...rows.values()]
    .sort((a, b) => b.milliseconds - a.milliseconds)
    .map(({ label, records, milliseconds, macs }) => {
      const speed = macs > 0 ? (macs / milliseconds / 1e6).toFixed(1) : '';
      return line([label, records, milliseconds.toFixed(2), `${((100 * milliseconds) / (wall * threads)).toFixed(1)} %`, speed]);
    });
  const waiting = busy.map((time, thread) => `thread ${thread} ${time.toFixed(2)} ms at work, ${(wall - time).toFixed(2)} ms waiting`);
  return [
    line(['kernel and shape', 'records', 'ms', 'share', 'GMAC/s']),
    ...lines,
    `${wall.toFixed(2)} ms a step: ${waiting.join('; ')}`,
  ].join('\n');
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function shapeOf({ fields }: Step): string {
  const channels = fields.sourceChannels ?? fields.inputChannels ?? fields.inputs;
  const outputs = fields.outputChannels ?? fields.outputs;
  if (fields.sourceHeight !== undefined) return `${fields.sourceHeight}×${fields.sourceWidth}×${channels} → ${outputs ?? channels}`;
  if (channels !== undefined) return `${fields.pixels === undefined ? '' : `${fields.pixels}×`}${channels} → ${outputs}`;
  if (fields.pixels !== undefined) return `${fields.pixels}×${fields.channels}`;
  return `${fields.elements ?? fields.classes ?? ''}`;
}

/** Multiply-accumulates of a sample, without those of transforms. */
function macsOf({ step: { kernel, fields } }: RecordTime): number {
  const of = (name: string) => fields[name] ?? 0;
  switch (kernel) {
    case 'winogradConvolution':
    case 'winogradWeightGradient':
      return Math.ceil(of('outputHeight') / 4) * Math.ceil(of('outputWidth') / 4) * 36 * of('sourceChannels') * of('outputChannels');
    case 'convolution':
    case 'convolutionWeightGradient':
      return of('outputHeight') * of('outputWidth') * of('kernelHeight') * of('kernelWidth') * of('sourceChannels') * of('outputChannels');
    case 'pointwiseConvolution':
    case 'pointwiseWeightGradient':
      return of('pixels') * of('inputChannels') * of('outputChannels');
    case 'depthwise':
    case 'depthwiseWeightGradient':
      return of('outputHeight') * of('outputWidth') * of('kernelHeight') * of('kernelWidth') * of('sourceChannels') * of('multiplier');
    default:
      return 0;
  }
}
