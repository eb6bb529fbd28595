import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { createEngine } from '../engine/create-engine';
import { Random } from '../platform/random';
import { issuesInWords } from '../protocol/issue-in-words';
import { type Layer, layerSchema } from '../protocol/layer-graph';
import { phases } from '../protocol/phases';
import { layerProgram } from '../training/layer-program';

/** What a workload is told beside the layer itself (`loadJson`). */
const loadSchema = z.object({
  inputShapes: z.array(z.array(z.int().min(1))).min(1),
  phase: z.enum(phases),
  precision: z.string(),
  batchSize: z.int().min(1),
  executions: z.int().min(1),
});

/** Runs before the begin mark: caches and clocks settle. */
const warmUps = 3;

/**
 * `e2train run-layer`: does one phase of one layer so many times with the training engine, between the marks that `e2train measure` looks for.
 * It is the workload of this machine.
 * @throws Error with one sentence when the layer cannot be run.
 */
export async function runLayer(path: string, { threads = 0 }: { readonly threads?: number }): Promise<void> {
  const { layer, inputShape, phase, batchSize, executions } = readLoad(path);
  const { program, section, operands } = layerProgram(layer, inputShape, phase, batchSize);
  const engine = await createEngine('auto', threads);
  const executable = await engine.compile(program);
  const random = new Random(1, 'run-layer');
  for (const tensor of operands) {
    const { shape, perSample } = program.tensors[tensor]!;
    const size = shape.reduce((product, one) => product * one, perSample ? batchSize : 1);
    executable.write(
      tensor,
      Float32Array.from({ length: size }, () => random.normal()),
    );
  }
  for (let run = 0; run < warmUps; run++) executable.run(section, batchSize);
  process.stdout.write('e2train:begin\n');
  for (let run = 0; run < executions; run++) executable.run(section, batchSize);
  process.stdout.write(`e2train:end ${executions}\n`);
  executable.dispose();
  await engine.dispose();
}

interface Load extends z.infer<typeof loadSchema> {
  readonly layer: Layer;
  readonly inputShape: readonly number[];
}

function readLoad(path: string): Load {
  const content = readJson(path);
  const load = loadSchema.safeParse(content);
  if (!load.success) throw new Error(`${path} is no layer of “e2train measure”: ${issuesInWords(load.error.issues, content)}`);
  const {
    inputShapes,
    phase: _phase,
    precision,
    batchSize: _batchSize,
    executions: _executions,
    ...form
  } = content as Record<string, unknown>;
  const { signature: _signature, bits: _bits, ...layer } = form;
  const parsed = layerSchema.safeParse({ ...layer, inputs: ['input'] });
  if (!parsed.success) throw new Error(`${path} is no layer of “e2train measure”: ${issuesInWords(parsed.error.issues, layer)}`);
  if (precision !== 'fp32')
    throw new Error(`This machine computes layers in fp32, not in ${String(precision)}: measure with --precision fp32.`);
  return { ...load.data, layer: parsed.data, inputShape: load.data.inputShapes[0]! };
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path} is no layer of “e2train measure”: ${(error as Error).message}.`);
  }
}
