import { builtFile } from '../../platform/built-file';
import { shellQuoted } from './shell-quote';

/** The command that runs one layer on this machine, with our own engine (`e2train run-layer`). */
export const ownWorkload = (): string => `${shellQuoted(process.execPath)} ${shellQuoted(builtFile('cli.js'))} run-layer {layer.json}`;
