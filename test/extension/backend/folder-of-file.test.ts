import { join } from 'node:path';
import { expect, it } from 'vitest';
import { folderOfFile } from '../../../src/extension/backend/folder-of-file';

it('a file belongs to its folder, and what we keep to the folder that it is kept for', () => {
  const project = join('/home', 'me', 'project');
  expect(folderOfFile(join(project, 'model.py'))).toBe(project);
  expect(folderOfFile(join(project, '.e2train', 'boards.json'))).toBe(project);
  expect(folderOfFile(join(project, '.e2train', 'profiles', 'mine.json'))).toBe(project);
  expect(folderOfFile(join(project, '.e2train-notes', 'model.py'))).toBe(join(project, '.e2train-notes'));
});
