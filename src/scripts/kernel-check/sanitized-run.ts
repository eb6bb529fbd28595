import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../../platform/random';
import { caseNames, operationCase } from './operation-cases';
import { buildSanitizedHost } from './sanitized-host';
import { type SpreadMemory, spreadMemory } from './spread-memory';

const casesOfEach = 24;

/**
 * Every operation on odd shapes under AddressSanitizer and UndefinedBehaviorSanitizer, with each width of vectors that this machine has.
 * Gives one line on what ran. @throws Error with the sanitizer's report, or when a planted fault goes unseen.
 */
export async function runUnderSanitizers(folder: string, seed: number): Promise<string> {
  const host = await buildSanitizedHost(folder);
  const run = (words: string[], simd = '') => spawnSync(host, words, { env: { ...process.env, E2TRAIN_SIMD: simd }, encoding: 'utf8' });
  const file = join(folder, 'cases');
  expectFault(run(['--overflow']).stderr, /signed integer overflow/);

  const done: string[] = [];
  for (const wanted of ['', 'avx2', 'sse']) {
    const [simd, lanes] = run([], wanted).stdout.trim().split(' ') as [string, string];
    if (done.includes(simd)) continue;
    const random = new Random(seed, `sanitizers ${simd}`);
    const cases = caseNames.flatMap((name) =>
      Array.from({ length: casesOfEach }, (_, index) => {
        const threads = 1 + (index % 3);
        return encodeCase(`${name}, case ${index}, ${threads} threads`, threads, spread(name, random, Number(lanes), threads));
      }),
    );
    writeFileSync(file, Buffer.concat(cases));
    const { status, stdout, stderr } = run([file], wanted);
    if (status !== 0) throw new Error(`${simd}, ${stdout.trim().split('\n').at(-1)} (seed ${seed}):\n${stderr}`);
    const count = stdout.trim().split('\n').length;
    if (count !== cases.length) throw new Error(`${simd}: ${count} of ${cases.length} cases ran.`);

    // The update goes through its first tensor, the one after control block and records, to the last byte.
    const memory = spread('sgdMomentum', random, Number(lanes), 1);
    const short = memory.regions.map((region, index) => (index === 2 ? { ...region, bytes: region.bytes - 4 } : region));
    writeFileSync(file, encodeCase('planted fault', 1, { ...memory, regions: short }));
    expectFault(run([file], wanted).stderr, /AddressSanitizer: use-after-poison/);
    done.push(simd);
  }
  rmSync(file);
  return `${caseNames.length} operations and rows of them, ${casesOfEach} odd shapes each, under address and undefined-behaviour sanitizers: ${done.join(', ')}`;
}

const spread = (name: string, random: Random, lanes: number, threads: number) =>
  spreadMemory(operationCase(name, random), { lanes, threads });

/** As sanitized_host.c reads it. */
function encodeCase(title: string, threads: number, { regions, image }: SpreadMemory): Buffer {
  const header = Uint32Array.of(threads, regions.length, image.byteLength, title.length);
  const table = Uint32Array.from(regions.flatMap(({ from, bytes }) => [from, bytes]));
  return Buffer.concat([Buffer.from(header.buffer), Buffer.from(title, 'latin1'), Buffer.from(table.buffer), Buffer.from(image)]);
}

function expectFault(report: string, words: RegExp): void {
  if (!words.test(report)) throw new Error(`The sanitizers did not see a planted fault:\n${report}`);
}
