import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { PythonWorker } from '../../src/inspection/python/python-worker';

const folder = mkdtempSync(join(tmpdir(), 'e2train-python-worker-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it.skipIf(process.platform === 'win32')('takes answers that arrive in one piece one after another', async () => {
  const interpreter = join(folder, 'python');
  const answers = [
    { type: 'ready' },
    { type: 'loaded' },
    { type: 'result', spent: false, result: { models: [], problems: [{ code: 'no-model', message: 'None.' }], dependencies: [] } },
  ];
  writeFileSync(join(folder, 'answers'), answers.map((answer) => `${JSON.stringify(answer)}\n`).join(''));
  writeFileSync(interpreter, `#!/bin/sh\nread question\ncat ${join(folder, 'answers')}\nread no_more\n`);
  chmodSync(interpreter, 0o755);
  const worker = new PythonWorker(100);
  const { result } = await worker.inspect({ file: join(folder, 'model.py'), text: 'x = 1\n', python: interpreter }, 1000);
  worker.end('process-failed');
  expect(result.problems[0]?.message).toBe('None.');
});
