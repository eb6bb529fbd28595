import { describe, expect, it } from 'vitest';
import { socketAddress } from '../../../src/extension/dashboard/socket-address';
import { pageHtml } from '../../../src/extension/webview/page-html';

const options = {
  title: 'A <title>',
  language: 'en',
  cspSource: 'https://cdn.example',
  script: 'https://x/a.js',
  style: 'https://x/a.css',
  connect: [],
};
const policyOf = (html: string) => /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)![1]!;

describe('a webview’s page', () => {
  it('forbids whatever it does not name', () => {
    const policy = policyOf(pageHtml(options, 'n0nce'));
    expect(policy).toMatch(/^default-src 'none'; /);
    expect(policy).toContain("script-src 'nonce-n0nce'");
    expect(policy).toContain("connect-src 'none'");
    expect(policy).not.toContain('unsafe');
    expect(policy).not.toContain('*');
  });

  it('connects to the named origin alone', () => {
    expect(policyOf(pageHtml({ ...options, connect: ['ws://127.0.0.1:4000'] }))).toMatch(/connect-src ws:\/\/127\.0\.0\.1:4000$/);
  });

  it('has another nonce each time', () => {
    const nonces = Array.from({ length: 20 }, () => /nonce-([\w-]+)/.exec(pageHtml(options))![1]);
    expect(new Set(nonces).size).toBe(20);
  });

  it('escapes what it is given', () => {
    expect(pageHtml(options)).toContain('<title>A &lt;title&gt;</title>');
  });
});

describe('socketAddress', () => {
  it.each([
    ['http://127.0.0.1:4000/', 'ws://127.0.0.1:4000/', 'ws://127.0.0.1:4000'],
    ['https://host.example/proxy/4000/?tkn=1', 'wss://host.example/proxy/4000/?tkn=1', 'wss://host.example'],
  ])('turns %s into %s', (external, address, origin) => {
    expect(socketAddress(external)).toEqual({ address, origin });
  });
});
