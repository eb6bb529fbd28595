import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createEngine } from '../../../src/engine/create-engine';
import { listEngines } from '../../../src/engine/list-engines';
import { createLocalEngine } from '../../../src/engine/local/local-engine';
import { coresInCpuinfo } from '../../../src/engine/local/physical-cores';
import type { Program } from '../../../src/engine/program';
import { withEngine } from '../engine-builds';
import { operationProgram } from '../operation-program';

const vector = (elements: number, perSample = true) => ({ shape: [elements], perSample, type: 'float32' as const });
const addition = (batchSize: number, elements = 4) =>
  operationProgram({ kind: 'add', a: 'a', b: 'b', y: 'y' }, { a: vector(elements), b: vector(elements), y: vector(elements) }, batchSize);

describe('An engine', () => {
  test('names its build, instruction set and threads', async () => {
    for (const name of ['native', 'wasm'] as const) {
      const engine = await createEngine(name, 2);
      expect(engine.description.build).toContain(name);
      expect(engine.description.simd).toMatch(/AVX|SSE|NEON|SIMD128/);
      expect(engine.description.threads).toBe(2);
      await engine.dispose();
    }
  });

  test('uses at least one thread when it may choose', async () => {
    const engine = await createEngine('auto', 0);
    expect(engine.description.threads).toBeGreaterThan(0);
    await engine.dispose();
  });

  test('is listed with what it runs on', async () => {
    const engines = await listEngines();
    expect(engines.map(({ name }) => name)).toEqual(['native', 'wasm', 'tensorflow']);
    expect(engines[1]).toMatchObject({ available: true, detail: expect.stringContaining('SIMD') });
  });

  test.each([-1, 1.5, 65])('refuses %d threads in one sentence', async (threads) => {
    await expect(createLocalEngine({ threads })).rejects.toThrow(/^An engine has 1 to 64 threads, .*\.$/);
  });
});

test.runIf(process.arch === 'x64').each([
  ['native held to AVX2', /^(AVX2|SSE4\.2)$/],
  ['native held to SSE', /^SSE4\.2$/],
] as const)('The build %s runs no wider vectors', async (build, simd) => {
  await withEngine({ build, threads: 1 }, async (engine) => {
    expect(engine.description.simd).toMatch(simd);
  });
});

describe('Memory', () => {
  const huge = (batchSize: number, elements: number): Program => addition(batchSize, elements).program;

  test('that wasm cannot address is refused before anything runs, naming the batch that fits', async () => {
    await withEngine({ build: 'wasm-relaxed', threads: 1 }, async (engine) => {
      // 3 tensors × 100 MB a sample: 14 samples are 4.2 GB, of which WebAssembly has 4.29 less the stacks.
      await expect(engine.compile(huge(15, 25_000_000))).rejects.toThrow(
        /^A batch of 15 needs 4\.50 GB of memory, and the wasm relaxed SIMD engine has 4\.\d\d GB: a batch of 14 fits\.$/,
      );
    });
  });

  test('for not even one sample says so', async () => {
    await withEngine({ build: 'wasm-relaxed', threads: 1 }, async (engine) => {
      await expect(engine.compile(huge(2, 500_000_000))).rejects.toThrow('not even a batch of 1 fits.');
    });
  });

  test('that the machine lacks is refused by the native build', async () => {
    await withEngine({ build: 'native', threads: 1 }, async (engine) => {
      await expect(engine.compile(huge(1_000_000, 1_000_000))).rejects.toThrow(
        /^A batch of 1000000 needs .* GB of memory, and the native .*: a batch of \d+ fits\.$/,
      );
    });
  });
});

describe('An executable', () => {
  test('refuses values, samples and sections that the program does not have', async () => {
    await withEngine({ build: 'native', threads: 1 }, async (engine) => {
      const { program, ids } = addition(2);
      const executable = await engine.compile(program);
      expect(() => executable.write(ids.get('a')!, new Float32Array(9))).toThrow('Tensor “a” holds 8 values, not 9.');
      expect(() => executable.write(ids.get('a')!, new Int32Array(8))).toThrow('Tensor “a” holds float32 values.');
      expect(() => executable.run('only', 3)).toThrow('The program takes 1 to 2 samples, not 3.');
      expect(() => executable.run('other', 1)).toThrow('The program has no section “other”; it has only.');
      executable.dispose();
      expect(() => executable.run('only', 1)).toThrow('This program was disposed of.');
    });
  });

  test('refuses labels and lists of samples that would reach outside its memory', async () => {
    await withEngine({ build: 'native', threads: 1 }, async (engine) => {
      const labels = { shape: [1], perSample: true, type: 'int32' as const };
      const list = { shape: [3], perSample: false, type: 'int32' as const };
      const tensors = { logits: vector(10), labels, metrics: vector(3, false), list };
      const operation = { kind: 'softmaxCrossEntropy', logits: 'logits', labels: 'labels', metrics: 'metrics', samples: 'list' };
      const { program, ids } = operationProgram(operation, tensors, 2);
      const executable = await engine.compile(program);
      expect(() => executable.write(ids.get('labels')!, Int32Array.of(3, 10))).toThrow(
        '“labels” holds the label 10 at 1; the network has 10 classes (0 to 9).',
      );
      expect(() => executable.write(ids.get('list')!, Int32Array.of(3, 0, 1))).toThrow('has 3 samples');
      expect(() => executable.write(ids.get('list')!, Int32Array.of(2, 1, 0))).toThrow('ascending order');
      expect(() => executable.write(ids.get('list')!, Int32Array.of(1, 7, 0))).toThrow('samples 0 to 1');
    });
  });

  test('reads and writes only the samples that it is asked for', async () => {
    await withEngine({ build: 'native', threads: 2 }, async (engine) => {
      const { program, ids } = addition(3, 2);
      const executable = await engine.compile(program);
      executable.write(ids.get('a')!, Float32Array.of(1, 2, 3, 4, 5, 6));
      executable.write(ids.get('b')!, Float32Array.of(10, 20));
      executable.run('only', 2);
      expect(Array.from(executable.read(ids.get('y')!, 2))).toEqual([11, 22, 3, 4]);
      expect(Array.from(executable.read(ids.get('y')!))).toEqual([11, 22, 3, 4, 0, 0]);
    });
  });
});

describe('Threads', () => {
  const program = join(__dirname, 'idle-engine.ts');
  const tsx = join(__dirname, '..', '..', '..', 'node_modules', '.bin', 'tsx');

  test.each(['native', 'wasm'])('of an idle %s engine use no processor time and let the process end', (build) => {
    const { stdout, status, stderr } = spawnSync(tsx, [program, build], { encoding: 'utf8', timeout: 50_000 });
    expect(status, stderr).toBe(0);
    const { idleCpuShare } = JSON.parse(stdout) as { idleCpuShare: number };
    expect(idleCpuShare).toBeLessThan(0.2);
  });

  test('are as many as the cores that /proc/cpuinfo names, not its hardware threads', () => {
    const processor = (socket: number, core: number) => `processor : 0\nphysical id : ${socket}\ncore id : ${core}\nflags : fpu`;
    const text = [processor(0, 0), processor(0, 1), processor(0, 0), processor(0, 1), processor(1, 0)].join('\n\n');
    expect(coresInCpuinfo(text)).toBe(3);
    expect(coresInCpuinfo('processor : 0\nBogoMIPS : 50.00')).toBe(0);
  });
});
