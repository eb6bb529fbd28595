import type { MethodResult } from '../../protocol/messages';

/** What *Copy Diagnostics* gathers. */
export interface DiagnosticsFacts {
  readonly extensionVersion: string;
  readonly editor: string;
  readonly platform: string;
  readonly remote: string;
  readonly trusted: boolean;
  readonly backend: string;
  /** What the backend says of itself, or the sentence why it does not. */
  readonly environment: MethodResult<'environment'> | string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly logLines: readonly string[];
  /** Replaced by `~` wherever it stands. */
  readonly home: string;
}

/** Plain Markdown for a bug report: versions, environment, settings, last lines of the log. Nothing secret: tokens and home are taken out. */
export function diagnosticsReport(facts: DiagnosticsFacts): string {
  const lines = [
    '## E2-Train diagnostics',
    `- E2-Train ${facts.extensionVersion}`,
    `- ${facts.editor}`,
    `- ${facts.platform}`,
    `- Remote: ${facts.remote}`,
    `- Workspace trusted: ${facts.trusted ? 'yes' : 'no'}`,
    `- Training backend: ${facts.backend}`,
    ...environmentLines(facts.environment),
    '',
    '### Settings',
    ...Object.entries(facts.settings).map(([name, value]) => `- ${name}: ${JSON.stringify(value)}`),
    '',
    '### Log',
    '```',
    ...facts.logLines,
    '```',
    '',
  ];
  return withoutSecrets(lines.join('\n'), facts.home);
}

function environmentLines(environment: DiagnosticsFacts['environment']): string[] {
  if (typeof environment === 'string') return [`- Environment unavailable: ${environment}`];
  const { node, cores, engines, protocolVersion } = environment;
  return [
    `- Node ${node}, ${cores} cores, protocol ${protocolVersion}`,
    ...engines.map(({ name, available, detail }) => `- Engine ${name}: ${available ? 'available' : 'unavailable'} (${detail})`),
  ];
}

function withoutSecrets(text: string, home: string): string {
  const withoutTokens = text.replace(/\b[0-9a-f]{32,}\b/gi, '(removed)');
  return home ? withoutTokens.replaceAll(home, '~') : withoutTokens;
}
