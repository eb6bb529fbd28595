import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Rail } from '../../protocol/measurements';
import { machineSeconds } from '../machine-clock';
import type { PowerSample, Unavailable } from '../power-sample';
import type { Meter, SamplingOptions } from './meter';

/** NVML's power of a board is good to this many watts (NVML reference: ± 5 W, in steps of a milliwatt). */
const resolutionW = 0.001;

/** Power of NVIDIA's graphics boards, by the program `nvidia-smi`, which asks NVML. */
export class NvidiaMeter implements Meter {
  readonly kind = 'nvml';
  readonly clock = 'machine';
  /** The program runs beside us, and what it takes is not known. */
  readonly overheadSeconds = 0;

  private constructor(
    private readonly program: string,
    readonly rails: readonly Rail[],
  ) {}

  /** @param program name or path of `nvidia-smi`. */
  static open(program = 'nvidia-smi'): NvidiaMeter | Unavailable {
    const { status, stdout, error } = spawnSync(program, query, { encoding: 'utf8', timeout: 10_000 });
    if (error) return { unavailable: `there is no ${program} that could be asked for the power of a graphics board` };
    if (status !== 0) return { unavailable: `${program} failed: ${stdout.trim().split('\n')[0] || `exit code ${status}`}` };
    const boards = stdout
      .trim()
      .split('\n')
      .flatMap((line) => boardIn(line) ?? []);
    const telling = boards.filter(({ watts }) => watts !== undefined);
    if (telling.length === 0) return { unavailable: `${program} does not tell the power of ${boards[0]?.name ?? 'any graphics board'}` };
    const note = 'A mean over up to a second, good to 5 W by NVML’s own word.';
    return new NvidiaMeter(
      program,
      telling.map(({ name }) => ({ name, kind: 'nvml', resolutionW, counted: true, note })),
    );
  }

  async *samples({ intervalSeconds, signal }: SamplingOptions): AsyncIterable<PowerSample> {
    const milliseconds = String(Math.max(1, Math.round(intervalSeconds * 1000)));
    const child = spawn(this.program, [...query, '-lms', milliseconds], { stdio: ['ignore', 'pipe', 'ignore'] });
    const end = () => child.kill();
    signal.addEventListener('abort', end, { once: true });
    child.on('error', () => {});
    try {
      for await (const line of createInterface({ input: child.stdout })) {
        if (signal.aborted) return;
        const board = boardIn(line);
        if (board?.watts !== undefined) yield { time: machineSeconds(), rail: board.name, watts: board.watts };
      }
    } finally {
      signal.removeEventListener('abort', end);
      child.kill();
    }
  }
}

const query = ['--query-gpu=index,name,power.draw', '--format=csv,noheader,nounits'];

/** `0, NVIDIA GeForce RTX 3080, 35.20`; boards that do not tell write `[N/A]` or `[Not Supported]`. */
function boardIn(line: string): { name: string; watts?: number } | undefined {
  const [, index, name, power] = /^\s*(\d+)\s*,\s*(.+?)\s*,\s*([^,]*?)\s*$/.exec(line) ?? [];
  if (index === undefined) return undefined;
  const watts = Number(power);
  return { name: `gpu${index} ${name}`, ...(power !== '' && Number.isFinite(watts) && { watts }) };
}
