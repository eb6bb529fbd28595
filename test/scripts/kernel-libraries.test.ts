import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { librariesFor, nativePlatforms } from '../../src/scripts/kernel-libraries';
import { readNativeLibrary } from './native-library';
import { readMachO } from './read-mach-o';

/** Every platform's library, built here, as the loader of its platform will see it. */

const project = join(__dirname, '..', '..');
const fileOf = (platform: string) => join(project, 'dist', 'kernels', `${platform}.node`);

const nodeFunction = /^napi_/;
/** What a C library has had since long before the systems that the libraries are for. */
const cFunction = /^(memset|memcpy|memmove|strcmp|getenv|madvise|sqrt|sqrtf|bzero|__bzero)$/;

const expected: Readonly<Record<string, { format: string; libraries: readonly (string | RegExp)[] }>> = {
  linux: { format: 'ELF', libraries: [] },
  darwin: { format: 'Mach-O', libraries: ['/usr/lib/libSystem.B.dylib'] },
  // The C library is part of Windows since Windows 10.
  win32: { format: 'PE', libraries: [/^KERNEL32\.dll$/, /^api-ms-win-crt-[a-z]+-l1-1-0\.dll$/] },
};

beforeAll(() => {
  const { status, stderr } = spawnSync('npx', ['tsx', 'src/scripts/build-kernels.ts', '--every-platform'], { cwd: project });
  if (status !== 0) throw new Error(stderr.toString());
}, 0);

test('Libraries are built for the platforms that VS Code runs on', () => {
  expect(nativePlatforms).toEqual(['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64']);
});

test('Where no native library is known, WebAssembly is built alone', () => {
  expect(librariesFor(['freebsd-x64']).map(({ file }) => file)).toEqual(['plain.wasm', 'relaxed.wasm']);
});

describe.each(nativePlatforms)('The library for %s', (platform) => {
  const [system, architecture] = platform.split('-') as [string, string];

  test('has its format and architecture, and offers itself to Node', () => {
    const library = readNativeLibrary(readFileSync(fileOf(platform)));
    expect(library.format).toBe(expected[system]!.format);
    expect(library.architecture).toBe(architecture);
    const ours = library.exports.filter((name) => !/^(_mh_dylib_header|__dso_handle)$/.test(name));
    expect([...ours].sort()).toEqual(['napi_register_module_v1', 'node_api_module_get_api_version_v1']);
  });

  test('needs no library that its system may lack', () => {
    const { libraries } = readNativeLibrary(readFileSync(fileOf(platform)));
    const allowed = expected[system]!.libraries;
    expect(libraries.filter((name) => !allowed.some((one) => (typeof one === 'string' ? one === name : one.test(name))))).toEqual([]);
  });

  test('is small', () => {
    expect(statSync(fileOf(platform)).size).toBeLessThan(1024 * 1024);
  });
});

test.each(['linux-x64', 'linux-arm64'])('The library for %s asks the process for nothing but Node-API and plain C', (platform) => {
  const { imports } = readNativeLibrary(readFileSync(fileOf(platform)));
  expect(imports.filter((name) => !nodeFunction.test(name) && !cFunction.test(name))).toEqual([]);
  expect(imports).toContain('napi_create_function');
});

test.each(['darwin-x64', 'darwin-arm64'])('The library for %s looks for Node-API in the whole process', (platform) => {
  const { imports } = readNativeLibrary(readFileSync(fileOf(platform)));
  const fromAnywhere = imports.filter((name) => nodeFunction.test(name));
  expect(fromAnywhere).toContain('napi_create_function');
  expect(fromAnywhere.filter((name) => name.includes(' of '))).toEqual([]);
});

test('The library for Apple processors is signed, without which macOS loads nothing there', () => {
  expect(readMachO(readFileSync(fileOf('darwin-arm64'))).signed).toBe(true);
});

test('The library for Windows imports nothing from an executable, but looks Node-API up in the process', () => {
  const file = readFileSync(fileOf('win32-x64'));
  const { imports, libraries } = readNativeLibrary(file);
  expect(libraries.filter((name) => /\.exe$/i.test(name))).toEqual([]);
  expect(imports.filter((name) => nodeFunction.test(name))).toEqual([]);
  expect(imports).toContain('GetProcAddress');
  expect(file.includes('napi_create_function\0')).toBe(true);
});
