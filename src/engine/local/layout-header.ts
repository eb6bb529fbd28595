import { createHash } from 'node:crypto';
import { barrierCodes, controlWords, noStretch, profileWords, sectionStatus } from './control-block';
import { activationCodes, estimatorCodes, type FieldType, fetchFields, headerFields, kernelLayouts, kernelNames } from './kernel-layout';
import { sharedConstants } from './shared-constants';

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const upperCase = (name: string) => snakeCase(name).toUpperCase();
const constants = (values: Readonly<Record<string, number>>, prefix = '') =>
  `enum { ${Object.entries(values)
    .map(([name, value]) => `${prefix}${upperCase(name)} = ${value}`)
    .join(', ')} };\n`;
const structure = (name: string, header: string, fields: Readonly<Record<string, FieldType>>) =>
  `struct ${name} {\n${header}${Object.entries(fields)
    .map(([field, type]) => `  ${type === 'float' ? 'float' : 'int32_t'} ${snakeCase(field)};\n`)
    .join('')}};\n`;

/** The tables of kernels, records and shared constants as a C header, `kernel-layout.h`. */
export function layoutHeader(): string {
  return `${structures()}enum { LAYOUT_FINGERPRINT = ${layoutFingerprint()} };\n`;
}

/** Kernels and planner understand each other where both have the same; kernels of another version would read other fields than are meant. */
export function layoutFingerprint(): number {
  return createHash('sha256').update(structures()).digest().readInt32LE();
}

function structures(): string {
  return [
    '/* Written by the build from src/engine/local/kernel-layout.ts and shared-constants.ts. */\n#pragma once\n#include <stdint.h>\n',
    constants(sharedConstants),
    constants(controlWords, 'CONTROL_'),
    constants(sectionStatus, 'SECTION_'),
    constants(profileWords, 'PROFILE_'),
    constants(barrierCodes, 'BARRIER_'),
    constants({ noStretch }),
    constants(activationCodes, 'ACTIVATION_'),
    constants(estimatorCodes, 'ESTIMATOR_'),
    structure('step', '', headerFields),
    structure('fetch', '', fetchFields),
    ...kernelNames.map((name) => structure(snakeCase(name), '  struct step step;\n', kernelLayouts[name])),
    `#define FOR_EACH_KERNEL(KERNEL) \\\n${kernelNames.map((name, code) => `  KERNEL(${code}, ${snakeCase(name)})`).join(' \\\n')}\n`,
  ].join('\n');
}
