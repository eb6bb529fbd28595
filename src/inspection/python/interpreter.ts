import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, extname, isAbsolute, join } from 'node:path';
import { InspectionError } from '../problems';

export const isPythonFile = (file: string): boolean => extname(file).toLowerCase() === '.py';

/**
 * The Python program to run: the given one, else python3 or python on the PATH.
 * @param given path, or a name on the PATH.
 * @throws InspectionError when there is none.
 */
export function pythonInterpreter(given?: string): string {
  const names = given === undefined ? (process.platform === 'win32' ? ['python', 'py'] : ['python3', 'python']) : [given];
  const found = names.map(findProgram).find((path) => path !== undefined);
  if (found) return found;
  const message =
    given === undefined
      ? 'No Python interpreter was found on the PATH: install Python 3, choose an interpreter in the Python extension, or name one in the setting e2train.python.'
      : `The Python interpreter ${given} is not there: choose another one in the Python extension or in the setting e2train.python.`;
  throw new InspectionError('process-failed', message);
}

function findProgram(name: string): string | undefined {
  if (isAbsolute(name)) return isProgram(name) ? name : undefined;
  const endings = process.platform === 'win32' ? ['.exe', '.bat', ''] : [''];
  return (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => endings.map((ending) => join(folder, name + ending)))
    .find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
