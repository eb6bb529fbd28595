import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Board, boardsFileSchema } from '../../protocol/boards';
import { issuesInWords } from '../../protocol/issue-in-words';

/**
 * The boards that a workspace names, from `.e2train/boards.json`; none where there is no such file.
 * @throws Error with one sentence when the file cannot be understood.
 */
export function readBoards(workspaceDirectory: string): ReadonlyMap<string, Board> {
  const path = join(workspaceDirectory, '.e2train', 'boards.json');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return new Map();
  }
  const content = parsed(text, path);
  const { success, data, error } = boardsFileSchema.safeParse(content);
  if (!success) throw new Error(`${path} cannot be used: ${issuesInWords(error.issues, content)}`);
  return new Map(Object.entries(data));
}

/** The board of that name, or what stands for an address of ssh. */
export function findBoard(workspaceDirectory: string, nameOrAddress: string): Board {
  return readBoards(workspaceDirectory).get(nameOrAddress) ?? { address: nameOrAddress };
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${path} is no JSON: ${(error as Error).message}.`);
  }
}
