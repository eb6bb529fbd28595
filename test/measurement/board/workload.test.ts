import { expect, it } from 'vitest';
import { checkTemplate, planLoads, workloadCommand } from '../../../src/measurement/board/workload';
import { buildBuiltinNetwork } from '../../../src/network/builtin-networks';

const graph = buildBuiltinNetwork('resnet20', [32, 32, 3], 10);
const plan = (options: Partial<Parameters<typeof planLoads>[1]> = {}) =>
  planLoads(graph, { phases: ['forward'], precisions: ['fp32'], ...options });

it('measures each kind of work once', () => {
  // Of ResNet-20's 22 convolutions and one dense layer (with its projecting shortcuts): 8 kinds of convolution, and the dense layer.
  expect(plan()).toHaveLength(9);
  expect(plan({ precisions: ['fp32', 'int8'] })).toHaveLength(18);
});

it('leaves out the gradient of the images', () => {
  expect(plan({ phases: ['inputGradient'], layers: ['conv1', 'dense'] }).map(({ layer }) => layer.name)).toEqual(['dense']);
  expect(() => plan({ phases: ['inputGradient'], layers: ['conv1'] })).toThrow('has no layer of which inputGradient could be measured');
});

it('measures named layers, each', () => {
  const two = graph.layers.filter(({ kind }) => kind === 'conv2d').slice(1, 3);
  expect(plan({ layers: two.map(({ name }) => name) })).toHaveLength(2);
  expect(() => plan({ layers: ['conv99'] })).toThrow('has no layer “conv99”; it has ');
});

it('fills in the layer as a file, as JSON, as flags and by its parts', () => {
  const [task] = plan({ layers: ['conv1'], precisions: ["it's"] });
  const command = (template: string) => workloadCommand(template, task!, { batchSize: 2, executions: 50 });
  expect(command('run {layer.json} {phase} {batch} {executions}')).toBe('run "$layer_json" forward 2 50');
  expect(command('run {precision}')).toBe("run 'it'\\''s'");
  expect(command('run {flags}')).toBe(
    "run --kind 'conv2d' --name 'conv1' --input '32x32x3' --output '32x32x16' --kernel '3x3' --strides '1x1' --dilation '1x1' " +
      "--padding '1,1,1,1' --bias '0' --phase 'forward' --precision 'it'\\''s' --batch '2' --executions '50'",
  );
  const json = JSON.parse(command('{layer}').slice(1, -1).replaceAll("'\\''", "'"));
  expect(json).toMatchObject({ kind: 'conv2d', name: 'conv1', inputShapes: [[32, 32, 3]], filters: 16, batchSize: 2, executions: 50 });
  expect(json).not.toHaveProperty('bits');
});

it('asks where the layer goes in a command that does not say', () => {
  expect(() => checkTemplate('./run {phase}')).toThrow('does not say where the layer goes');
  expect(() => checkTemplate('./run {layer.json}')).not.toThrow();
});
