import { describe, expect, it } from 'vitest';
import { diagnosticsReport } from '../../../src/extension/diagnostics/diagnostics-report';
import { RecentLines } from '../../../src/extension/diagnostics/recent-lines';

const facts = {
  extensionVersion: '0.1.0',
  editor: 'VS Code 1.100.3 (desktop)',
  platform: 'linux x64',
  remote: 'none',
  trusted: true,
  backend: 'running',
  environment: {
    version: '0.1.0',
    node: 'v20.1.0',
    cores: 2,
    engines: [{ name: 'native', available: false, detail: 'the self-check failed' }],
    protocolVersion: 1,
  },
  settings: { 'e2train.training.batchSize': 64 },
  logLines: ['started in /home/ada/project', `token ${'0123456789abcdef'.repeat(4)}`],
  home: '/home/ada',
};

describe('diagnostics', () => {
  it('tell versions, engines with their reasons, settings and the log', () => {
    const report = diagnosticsReport(facts);
    for (const part of [
      'E2-Train 0.1.0',
      'VS Code 1.100.3',
      'Engine native: unavailable (the self-check failed)',
      'batchSize: 64',
      'started in',
    ])
      expect(report).toContain(part);
  });

  it('hold neither tokens nor the home folder', () => {
    const report = diagnosticsReport(facts);
    expect(report).not.toContain('0123456789abcdef');
    expect(report).not.toContain('/home/ada');
    expect(report).toContain('started in ~/project');
  });

  it('say why the environment is missing', () => {
    expect(diagnosticsReport({ ...facts, environment: 'It is not running.' })).toContain('Environment unavailable: It is not running.');
  });
});

describe('RecentLines', () => {
  it('keeps the last ones', () => {
    const lines = new RecentLines(2);
    for (const line of ['a', 'b', 'c']) lines.add(line);
    expect(lines.all()).toEqual(['b', 'c']);
  });
});
