import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { readBackendOptions } from '../../src/backend/backend-options';

test('only the workspace is needed', () => {
  const { workspace, port, inspection } = readBackendOptions(['--workspace', 'some/folder']);
  expect({ workspace, port, inspection }).toEqual({
    workspace: resolve('some/folder'),
    port: 0,
    inspection: { timeoutMs: 5000, memoryMB: 512 },
  });
});

test("the inspection's limits can be set", () => {
  const { inspection } = readBackendOptions(['--workspace', '/x', '--inspection-timeout-ms', '800', '--inspection-memory-mb', '256']);
  expect(inspection).toEqual({ timeoutMs: 800, memoryMB: 256 });
});

test.each([
  [[], '--workspace is missing: it must be a text.'],
  [['--workspace', '/x', '--port', 'many'], '--port must be a number, not “many”.'],
  [['--workspace', '/x', '--port', '70000'], '--port must be at most 65535, not “70000”.'],
  [['--workspace', '/x', '--inspection-memory-mb', '1'], '--inspection-memory-mb must be at least 64, not “1”.'],
])('%j is refused with a sentence that names the option', (commandLine, named) => {
  expect(() => readBackendOptions(commandLine)).toThrow(named);
});
