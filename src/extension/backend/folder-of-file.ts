import { dirname, sep } from 'node:path';

/** The folder that a file belongs to: its own, and of what we keep in `.e2train` the one around that. */
export function folderOfFile(path: string): string {
  const folder = dirname(path);
  const ours = `${folder}${sep}`.indexOf(`${sep}.e2train${sep}`);
  return ours > 0 ? folder.slice(0, ours) : folder;
}
