const horowitz = "M. Horowitz, “Computing's Energy Problem”, ISSCC 2014, 45 nm at 0.9 V";

const bufferBytes = 108 * 1024;

/** Log-log interpolation between the published 8 KB, 32 KB and 1 MB caches: E(32 KB) · (size / 32 KB)^(log(100/20) / log(32)). */
const bufferPJ = 20 * (bufferBytes / (32 * 1024)) ** (Math.log(100 / 20) / Math.log(32));

/** The same law below 8 KB, down to a register file of 64 bytes: E(8 KB) · (64 B / 8 KB)^(log(20/10) / log(4)) = 10 / √128. */
const registerPJ = 10 * (64 / (8 * 1024)) ** (Math.log(20 / 10) / Math.log(4));

/** A generic accelerator in 45 nm: the technology whose energy per operation is published in full. */
export const asic45nm = {
  name: 'asic-45nm',
  description: 'A 45 nm accelerator with a 16×16 array and a 108 KB buffer, by published energies per operation.',
  arithmetic: {
    8: { addPJ: { value: 0.03, source: horowitz }, multiplyPJ: { value: 0.2, source: horowitz } },
    16: { addPJ: { value: 0.4, source: horowitz }, multiplyPJ: { value: 1.1, source: horowitz } },
    32: { addPJ: { value: 0.9, source: horowitz }, multiplyPJ: { value: 3.7, source: horowitz } },
  },
  accumulatorBits: { value: 32, source: 'Assumption: partial sums are kept in 32 bits at every operand width, as usual.' },
  array: {
    rows: { value: 16, source: 'Assumption: 16×16 MAC units.' },
    columns: { value: 16, source: 'Assumption: 16×16 MAC units.' },
  },
  register: {
    accessPJ: { value: registerPJ, source: `64-byte register file, extrapolated from the 8 KB and 32 KB caches in ${horowitz}` },
  },
  buffer: {
    bytes: { value: bufferBytes, source: 'Assumption: 108 KB, the global buffer of Eyeriss (Chen et al., ISSCC 2016).' },
    accessPJ: { value: bufferPJ, source: `108 KB, interpolated between the 32 KB (20 pJ) and 1 MB (100 pJ) caches in ${horowitz}` },
  },
  dram: { accessPJ: { value: 1300, source: `Lower end of 1300–2600 pJ per 64 bits in ${horowitz}` } },
};
