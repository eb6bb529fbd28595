import type { RunConfiguration } from '../../protocol/configuration';
import { type FileModel, fileModelReference } from './model-choices';

/**
 * The next run's model follows the model file that a person looks at, until they choose a built-in network themselves. Undefined where
 * nothing changes.
 */
export function followedModel(
  { model }: Pick<RunConfiguration, 'model'>,
  choseModel: boolean,
  models: readonly FileModel[],
): RunConfiguration['model'] | undefined {
  const [first] = models;
  if (!first || (choseModel && model.kind === 'builtin')) return undefined;
  const present = models.find(({ file, exportName }) => model.kind === 'file' && model.path === file && model.exportName === exportName);
  const followed = fileModelReference(present ?? first);
  return JSON.stringify(followed) === JSON.stringify(model) ? undefined : followed;
}
