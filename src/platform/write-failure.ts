/**
 * What a failed write means to a person: an error of one sentence that names the folder, with the system's `code`.
 * @param directory the folder that was written to.
 */
export function writeFailureInWords(directory: string, error: unknown): Error {
  const { code } = error as NodeJS.ErrnoException;
  return Object.assign(new Error(sentence(directory, error), { cause: error }), code === undefined ? {} : { code });
}

function sentence(directory: string, error: unknown): string {
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
    case 'ENOENT':
      return `The folder ${directory} cannot be written since it is not there and cannot be made: check its disk, or choose another folder.`;
    default:
      return `The folder ${directory} cannot be written: ${message ?? String(error)}.`;
  }
}

/**
 * Runs something that writes to a folder.
 * @throws Error with one sentence that names the folder and the system's `code`; what was no failure of the system passes as it is.
 */
export function writingTo<T>(directory: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === undefined ? error : writeFailureInWords(directory, error);
  }
}
