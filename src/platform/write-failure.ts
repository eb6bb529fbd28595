/**
 * What a failed write means to a person, as one sentence that names the folder; the system's own words where it is none of the usual cases.
 * @param directory the folder that was written to.
 */
export function writeFailureInWords(directory: string, error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return `The disk of the folder ${directory} is full: free some space and try again.`;
    case 'EACCES':
    case 'EPERM':
      return `The folder ${directory} cannot be written: give yourself write permission for it or choose another folder.`;
    case 'EROFS':
      return `The folder ${directory} lies on a read-only disk: choose another folder.`;
    case 'ENOTDIR':
    case 'EEXIST':
      return `The folder ${directory} cannot be made since a file is in its place: move that file away.`;
    default:
      return `The folder ${directory} cannot be written: ${message ?? String(error)}.`;
  }
}

/**
 * Runs something that writes to a folder.
 * @throws Error with one sentence that names the folder; its `code` is the system's.
 */
export function writingTo<T>(directory: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw Object.assign(new Error(writeFailureInWords(directory, error), { cause: error }), { code });
  }
}
