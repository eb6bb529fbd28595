import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { nativeBuild } from '../../../src/engine/local/kernel-build';
import { layoutFingerprint } from '../../../src/engine/local/layout-header';
import { explainLoadFailure } from '../../../src/engine/local/load-failure';
import { builtFile } from '../../../src/platform/built-file';

const folder = mkdtempSync(join(tmpdir(), 'e2train-load-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function library(name: string, contents: string | Buffer): string {
  const file = join(folder, name);
  writeFileSync(file, contents);
  return file;
}

describe('A native library that the system refuses is explained in one sentence:', () => {
  test('cut off', () => {
    const whole = readFileSync(builtFile(`kernels/${process.platform}-${process.arch}.node`));
    expect(() => nativeBuild(library('short.node', whole.subarray(0, 40)))).toThrow(/^the library is damaged .* mends that: .*\.$/);
  });

  test('something else under its name', () => {
    expect(() =>
      nativeBuild(library('text.node', 'This is a text, and not a library at all; it goes on for a while.\n'.repeat(9))),
    ).toThrow(/^the library is damaged .*\.$/);
  });

  test('missing', () => {
    expect(() => nativeBuild(join(folder, 'missing.node'))).toThrow(/^the system does not load the library: .*missing\.node.*\.$/);
  });

  test('kernels that read other records', () => {
    const contents = readFileSync(builtFile(`kernels/${process.platform}-${process.arch}.node`));
    const fingerprint = Buffer.alloc(4);
    fingerprint.writeInt32LE(layoutFingerprint());
    const places: number[] = [];
    for (let at = contents.indexOf(fingerprint); at >= 0; at = contents.indexOf(fingerprint, at + 1)) places.push(at);
    expect(places.length).toBeGreaterThan(0);
    for (const at of places) contents.writeInt32LE(layoutFingerprint() ^ 1, at);
    expect(() => nativeBuild(library('other.node', contents))).toThrow(
      /^they were built for another version of E2-Train; .* mends that\.$/,
    );
  });

  // The loaders' words, as glibc, musl, dyld and Windows write them.
  test.each([
    [
      { platform: 'linux', glibc: '2.12', message: "/lib64/libc.so.6: version `GLIBC_2.14' not found (required by /x/linux-x64.node)" },
      /C library \(glibc 2\.12\)/,
    ],
    [{ platform: 'linux', message: 'Error relocating /x/linux-x64.node: __memcpy_chk: symbol not found' }, /musl, as on Alpine/],
    [
      { platform: 'linux', glibc: '2.36', message: '/x/linux-x64.node: failed to map segment from shared object' },
      /does not let programs run from the folder/,
    ],
    [
      {
        platform: 'darwin',
        message:
          "dlopen(/x/darwin-arm64.node, 0x0001): tried: '/x/darwin-arm64.node' (code signature in <0> not valid for use in process: library load disallowed by system policy)",
      },
      /xattr -dr com\.apple\.quarantine/,
    ],
    [
      {
        platform: 'darwin',
        message:
          "dlopen(/x/a.node, 1): tried: '/x/a.node' (mach-o file, but is an incompatible architecture (have 'x86_64', need 'arm64'))",
      },
      /made for another processor/,
    ],
    [
      { platform: 'win32', message: 'An Application Control policy has blocked this file.\r\n\\\\?\\C:\\x\\win32-x64.node' },
      /Windows or its virus scanner/,
    ],
    [
      { platform: 'win32', message: '\\\\?\\C:\\x\\win32-x64.node is not a valid Win32 application.' },
      /damaged or made for another processor/,
    ],
    [
      { platform: 'linux', code: 'ERR_DLOPEN_DISABLED', message: 'Cannot load native addon because loading addons is disabled.' },
      /without permission to load native libraries/,
    ],
    [{ platform: 'linux', glibc: '2.36', message: 'no such thing' }, /^the system does not load the library: no such thing\.$/],
  ])('%o', (circumstances, sentence) => {
    const explanation = explainLoadFailure(circumstances);
    expect(explanation).toMatch(sentence);
    expect(explanation).toMatch(/^[^\n]+[^.]\.$/);
  });
});
