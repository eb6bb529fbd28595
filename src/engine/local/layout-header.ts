import { createHash } from 'node:crypto';
import { barrierCodes, controlWords, noStretch, profileWords, sectionStatus } from './control-block';
import { activationCodes, estimatorCodes, type FieldType, fetchFields, headerFields, kernelLayouts, kernelNames } from './kernel-layout';

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const upperCase = (name: string) => snakeCase(name).toUpperCase();
const enumeration = (prefix: string, values: Readonly<Record<string, number>>) =>
  `enum { ${Object.entries(values)
    .map(([name, value]) => `${prefix}_${upperCase(name)} = ${value}`)
    .join(', ')} };\n`;
const structure = (name: string, header: string, fields: Readonly<Record<string, FieldType>>) =>
  `struct ${name} {\n${header}${Object.entries(fields)
    .map(([field, type]) => `  ${type === 'float' ? 'float' : 'int32_t'} ${snakeCase(field)};\n`)
    .join('')}};\n`;

/** The table of kernels and records as a C header, `kernel-layout.h`. */
export function layoutHeader(): string {
  return `${structures()}enum { LAYOUT_FINGERPRINT = ${layoutFingerprint()} };\n`;
}

/** Kernels and planner understand each other where both have the same; kernels of another version would read other fields than are meant. */
export function layoutFingerprint(): number {
  return createHash('sha256').update(structures()).digest().readInt32LE();
}

function structures(): string {
  return [
    '/* Written by the build from src/engine/local/kernel-layout.ts. */\n#pragma once\n#include <stdint.h>\n',
    enumeration('CONTROL', controlWords),
    enumeration('SECTION', sectionStatus),
    enumeration('PROFILE', profileWords),
    enumeration('BARRIER', barrierCodes),
    `enum { NO_STRETCH = ${noStretch} };\n`,
    enumeration('ACTIVATION', activationCodes),
    enumeration('ESTIMATOR', estimatorCodes),
    structure('step', '', headerFields),
    structure('fetch', '', fetchFields),
    ...kernelNames.map((name) => structure(snakeCase(name), '  struct step step;\n', kernelLayouts[name])),
    `#define FOR_EACH_KERNEL(KERNEL) \\\n${kernelNames.map((name, code) => `  KERNEL(${code}, ${snakeCase(name)})`).join(' \\\n')}\n`,
  ].join('\n');
}
