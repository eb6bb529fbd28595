import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Accelerator, MemoryPrices } from '../../../src/energy/mapping/accelerator';
import { contractionEnergy, totalPJ } from '../../../src/energy/mapping/contraction-energy';
import { contractionTraffic } from '../../../src/energy/mapping/contraction-traffic';
import { nestMacs } from '../../../src/energy/mapping/loop-nest';
import { mappingProblem } from '../../../src/energy/mapping/mapping-problem';
import { OrderCost } from '../../../src/energy/mapping/order-cost';
import { bestMapping } from '../../../src/energy/mapping/search';
import { compareWithReference } from '../../../src/scripts/energy-check/compare';
import { type ReferenceCase, readReferenceCases } from '../../../src/scripts/energy-check/reference-file';

/** Best mappings that ZigZag 3.9.1 (PyPI zigzag-dse) found, 45 nm word energies of Horowitz (ISSCC 2014); provenance in the file. */
const text = readFileSync(join(__dirname, '../zigzag.json'), 'utf8');
const cases = readReferenceCases(text);
const named = (name: string) => cases.find((one) => one.name === name)!;

const withBuffer = (accelerator: Accelerator, buffer: MemoryPrices): Accelerator => ({
  ...accelerator,
  buffers: { moving: buffer, stationary: buffer, result: buffer },
});

function mapped({ nest, accelerator, operands, unroll, compulsoryBits }: ReferenceCase, bufferKilobytes?: number) {
  // Word energy by the same interpolation as the file's: 20 pJ at 32 KB, 100 pJ at 1 MB, 10 pJ at 8 KB, per 64 bits.
  const kilobytes = bufferKilobytes ?? 0;
  const wordPJ = (20 * (kilobytes / 32) ** (kilobytes < 32 ? 1 / 2 : Math.log(5) / Math.log(32))) / 64;
  const resized =
    bufferKilobytes === undefined ? accelerator : withBuffer(accelerator, { bits: kilobytes * 8192, readPJ: wordPJ, writePJ: wordPJ });
  const { traffic } = bestMapping(mappingProblem(nest, resized, operands, unroll), { descents: 9, kicks: 40 });
  const pJ = totalPJ(contractionEnergy(traffic, resized, operands.macPJ));
  return { pJ, pJPerMac: pJ / nestMacs(nest), dram: (traffic.dram.readBits + traffic.dram.writtenBits) / compulsoryBits };
}
const at = (layer: string, accelerator = 'h45_w8_gb108K', batch = 1) => named(`${accelerator}|${layer}|B${batch}`);
const convolutions = ['r20.s1.fwd', 'r20.s2.fwd', 'r20.s3.fwd'] as const;

it('agrees with every published case: energy within 10 %, DRAM traffic within 5 %', () => {
  const comparison = compareWithReference(cases);
  expect(comparison.cases).toHaveLength(cases.length);
  expect(comparison.energyWithin).toBe(1);
  expect(comparison.dramWithin).toBe(1);
});

describe('what the published mappings show', () => {
  it('moves each tensor once off-chip at 108 KB and batch 1', () => {
    for (const layer of [...convolutions, 'mbv2.dw96.fwd']) expect(mapped(at(layer)).dram).toBeCloseTo(1, 12);
  });

  it('charges equal MACs by their bytes, 1 : 0.82 : 1.19 (within 0.01), and depthwise ones 40 pJ each at 8 bits', () => {
    const [first, second, third] = convolutions.map((layer) => mapped(at(layer)).pJ) as [number, number, number];
    expect(Math.abs(second / first - 0.82)).toBeLessThan(0.01);
    expect(Math.abs(third / first - 1.19)).toBeLessThan(0.01);
    expect(Math.abs(mapped(at('mbv2.dw96.fwd')).pJPerMac - 40)).toBeLessThan(0.5);
  });

  it('makes fp32 cost 4.3 to 4.5 times int8 although its MACs cost 20 times as much', () => {
    for (const layer of convolutions) {
      const ratio = mapped(at(layer, 'h45_w32_gb108K')).pJ / mapped(at(layer)).pJ;
      expect(ratio).toBeGreaterThan(4.3);
      expect(ratio).toBeLessThan(4.5);
    }
  });

  it('costs more with a buffer of 1 MB at equal traffic: 7 to 11 % more on the convolutions', () => {
    for (const layer of convolutions) {
      const ratio = mapped(at(layer), 1024).pJ / mapped(at(layer)).pJ;
      expect(ratio).toBeGreaterThan(1.06);
      expect(ratio).toBeLessThan(1.12);
    }
  });

  it('and 12 to 15 % more on a depthwise one, 42 to 58 % on one processing element', () => {
    const ratio = (one: ReferenceCase) => mapped(one, 1024).pJ / mapped(one).pJ;
    expect(ratio(at('mbv2.dw96.fwd'))).toBeGreaterThan(1.12);
    expect(ratio(at('mbv2.dw96.fwd'))).toBeLessThan(1.15);
    const onOneElement = cases.filter(({ name }) => /_gb108K_1pe\|r20\.s\d\.fwd/.test(name)).map(ratio);
    expect(onOneElement.length).toBeGreaterThan(0);
    for (const more of onOneElement) {
      expect(more).toBeGreaterThan(1.42);
      expect(more).toBeLessThan(1.58);
    }
  });

  it.each([
    ['h45_w8_gb108K', [0.96, 0.79, 0.43]],
    ['h45_w32_gb108K', [0.96, 0.82, 0.54]],
  ] as const)('%s: amortises weights over 32 samples, activations not, within 0.01', (accelerator, expected) => {
    convolutions.forEach((layer, index) => {
      const ratio = mapped(at(layer, accelerator, 32)).pJPerMac / mapped(at(layer, accelerator)).pJPerMac;
      expect(Math.abs(ratio - expected[index]!)).toBeLessThan(0.01);
    });
  });

  it('splits a weight gradient whose sums do not fit: 1.438 × compulsory at 108 KB, 1 at 1 MB', () => {
    expect(mapped(at('r20.s3.bwd_weight', 'h45_w8_gb108K', 32)).dram).toBeCloseTo(1.438, 3);
    expect(mapped(at('r20.s3.bwd_weight', 'h45_w8_gb108K', 32), 1024).dram).toBeCloseTo(1, 12);
  });

  it.each([
    [2, 2.36],
    [4, 1.64],
    [8, 1.27],
    [16, 1.09],
    [32, 1],
  ])('with one processing element and a buffer of %d KB moves %d × the compulsory traffic', (kilobytes, expected) => {
    expect(mapped(at('r20.s3.fwd', 'h45_w32_gb108K_1pe'), kilobytes).dram).toBeCloseTo(expected, 2);
  });

  it('costs 1.7 times the best or more in a bad order, on one processing element', () => {
    const { nest, accelerator, operands, unroll } = at('r20.s3.fwd', 'h45_w32_gb108K_1pe');
    const problem = mappingProblem(nest, accelerator, operands, unroll);
    // As the loops are numbered: output channels innermost, so each sum leaves the registers after one addition.
    const ratio = new OrderCost(problem).price(problem, Number.POSITIVE_INFINITY) / mapped(at('r20.s3.fwd', 'h45_w32_gb108K_1pe')).pJ;
    expect(ratio).toBeGreaterThan(1.7);
  });
});

describe('limits', () => {
  it('moves each tensor once with a buffer of 1 GB, whatever the batch', () => {
    for (const one of cases) expect(mapped(one, 1024 * 1024).dram).toBeCloseTo(1, 12);
  });

  it('refuses a buffer that holds not even one element of each operand', () => {
    expect(() => mapped(at('r20.s3.fwd', 'h45_w32_gb108K_1pe'), 1 / 1024)).toThrow('Not even one element of each operand fits');
  });

  it('charges a batch with a large prime factor in proportion: 31 samples between 30 and 32', () => {
    const batch = (samples: number) => {
      const one = at('r20.s2.fwd', 'h45_w8_gb108K', 32);
      return mapped({ ...one, nest: { ...one.nest, sizes: [samples, ...one.nest.sizes.slice(1)] } }).pJ;
    };
    expect(batch(31)).toBeGreaterThan(batch(30));
    expect(batch(31)).toBeLessThan(batch(32));
  });
});

it('counts memory by memory what the search prices in one sum, with a small buffer and a large one', () => {
  for (const { nest, accelerator, operands, unroll } of cases) {
    for (const share of [1 / 16, 1]) {
      const whole = accelerator.buffers.moving!;
      const problem = mappingProblem(nest, withBuffer(accelerator, { ...whole, bits: whole.bits * share }), operands, unroll);
      const cost = new OrderCost(problem);
      const price = cost.price(problem, Number.POSITIVE_INFINITY);
      if (price === Number.POSITIVE_INFINITY) continue;
      const traffic = contractionTraffic(problem, problem, cost.boundaries);
      expect(totalPJ(contractionEnergy(traffic, problem.accelerator, operands.macPJ)) / price).toBeCloseTo(1, 12);
    }
  }
});

describe('a file of reference results', () => {
  const change = (edit: (file: { accelerators: Record<string, unknown>; results: Record<string, Record<string, unknown>> }) => void) => {
    const file = JSON.parse(text);
    edit(file);
    return () => readReferenceCases(JSON.stringify(file));
  };
  const name = 'h45_w8_gb108K|r20.s1.fwd|B1';

  it.each([
    ['text', () => readReferenceCases('{'), 'It is no JSON'],
    ['no results', change((file) => Object.assign(file, { results: {} })), '“results” has no case.'],
    ['a missing field', change((file) => delete file.results[name]!.energy_pJ), `“results → ${name} → energy_pJ”`],
    [
      'an unknown accelerator',
      change((file) => delete file.accelerators.h45_w8_gb108K),
      'there is no accelerator “h45_w8_gb108K” in the file.',
    ],
    [
      'counts that contradict the dims',
      change((file) => Object.assign(file.results[name]!, { operand_elements: { I: 16384, W: 5, O: 16384 } })),
      'operand_elements.W is 5, but its dims give 2304.',
    ],
  ])('with %s is refused in one sentence', (_, read, sentence) => {
    expect(read).toThrow(sentence);
  });
});
