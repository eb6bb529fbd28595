import { join } from 'node:path';

export const workspaces = join(__dirname, '..', 'workspaces');
export const modelFile = (name: string): string => join(workspaces, 'models', name);
export const sampleFile = (name: string): string => join(workspaces, 'sample', name);
export const brokenFile = (name: string): string => join(workspaces, 'broken', name);
