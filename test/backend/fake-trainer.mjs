/**
 * Stands in for the trainer where a real one is too slow or fails too seldom: emits the run's iterations at a pace and ends as its
 * environment says. FAKE_TRAINER: pace in milliseconds (0: as fast as it goes), `crash`, `deaf` (does not stop), `fail`.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const behaviour = process.env.FAKE_TRAINER ?? '1';
const pace = behaviour === '0' ? 0 : Number.parseInt(behaviour, 10) || 1;
let stopping = false;
let iteration = 0;
let total = 0;
let learningRate = 0.1;

function emit() {
  if (behaviour === 'crash' && iteration === 5) throw new RangeError('the batch is larger than the memory');
  if (behaviour === 'fail' && iteration === 5) return end('failed', 'The loss is not a number at iteration 5: lower the learning rate.');
  if (stopping && behaviour !== 'deaf') return end('stopped');
  if (iteration >= total && behaviour !== 'deaf') return end('finished');
  const batch = pace === 0 ? Math.min(2000, total - iteration) : 1;
  for (let index = 0; index < batch; index++) record();
  if (pace === 0) setImmediate(emit);
  else setTimeout(emit, pace);
}

function record() {
  iteration++;
  const seconds = iteration / 100;
  process.send({
    type: 'record',
    record: {
      type: 'iteration',
      iteration,
      executed: true,
      loss: 2 / iteration,
      accuracy: 0.5,
      learningRate,
      dropProbability: 0,
      seconds,
      imagesPerSecond: 100,
      iterationsExecuted: iteration,
      iterationsDropped: 0,
      energyJ: iteration,
      baselineEnergyJ: iteration,
    },
  });
  if (iteration % 100 === 0) {
    process.send({ type: 'record', record: { type: 'evaluation', iteration, images: 10, loss: 1, accuracy: 0.5, energyJ: iteration } });
    const layers = [{ name: 'conv1', forward: iteration, inputGradient: 0, weightGradient: 0, update: 0 }];
    process.send({ type: 'record', record: { type: 'layerEnergy', iteration, layers } });
  }
}

function end(outcome, reason) {
  process.send({ type: 'ended', outcome, ...(reason && { reason }) }, () => process.exit(0));
}

process.on('message', (message) => {
  if (message.type === 'start') {
    const run = JSON.parse(readFileSync(join(message.workspace, '.e2train', 'runs', message.runId, 'run.json'), 'utf8'));
    total = run.configuration.iterations;
    const environment = {
      version: '0',
      node: process.version,
      platform: '',
      cpu: '',
      cores: 1,
      engine: 'fake',
      build: '',
      simd: '',
      threads: 1,
    };
    process.send({ type: 'prepared', data: { name: 'fake', provenance: 'none' }, environment });
    setTimeout(emit, pace);
  } else if (message.type === 'tune') {
    learningRate = message.tuning.learningRate ?? learningRate;
    process.send({ type: 'record', record: { type: 'tuning', iteration: iteration + 1, tuning: message.tuning } });
  } else if (message.type === 'stop') stopping = true;
});
if (behaviour === 'deaf') process.on('SIGTERM', () => {});
process.on('disconnect', () => process.exit(0));
