import { readdir } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';
import { buildBuiltinNetwork } from '../../network/builtin-networks';
import type { DataReference, RunConfiguration } from '../../protocol/configuration';
import type { LayerGraph } from '../../protocol/layer-graph';
import { type Inspections, inspectionPatienceMs } from '../annotations/inspections';
import type { Backend } from '../backend/backend';
import { workspaceDirectory } from '../backend/workspace-directory';
import type { PythonInterpreter } from '../python/python-interpreter';
import { builtinImages, type ImageFacts, imageFactsOf } from './image-shape';

export type GraphAnswer = { readonly graph: LayerGraph } | { readonly problem: string };

/** The layer graph behind a run configuration's model, for the estimate. */
export class ModelGraphs {
  constructor(
    private readonly backend: Backend,
    private readonly inspections: Inspections,
    private readonly python: PythonInterpreter,
  ) {}

  async of({ model, data }: Pick<RunConfiguration, 'model' | 'data'>): Promise<GraphAnswer> {
    try {
      if (model.kind === 'file') return await this.ofFile(model);
      const images = await imagesOf(data);
      if (!images) return { problem: vscode.l10n.t('There is no CIFAR or IDX data set in the data folder: choose another folder.') };
      return { graph: buildBuiltinNetwork(model.name, images.shape, images.classes) };
    } catch (error) {
      return { problem: error instanceof Error ? error.message : String(error) };
    }
  }

  private async ofFile({ path, exportName, inputShape }: Extract<RunConfiguration['model'], { kind: 'file' }>): Promise<GraphAnswer> {
    const file = isAbsolute(path) ? path : join(workspaceDirectory() ?? '', path);
    const { models, problems } =
      this.inspections.of(vscode.Uri.file(file)) ??
      (await this.backend.request(
        'inspect',
        { file, ...(inputShape ? { inputShape } : {}), ...(await this.python.parameterFor(file)) },
        inspectionPatienceMs,
      ));
    const found = exportName === undefined ? models[0] : models.find((candidate) => candidate.exportName === exportName);
    if (found) return { graph: found.graph };
    const problem = problems.find((candidate) => candidate.exportName === exportName) ?? problems[0];
    return { problem: problem?.message ?? vscode.l10n.t('{0} holds no model: choose another one.', path) };
  }
}

async function imagesOf(data: DataReference): Promise<ImageFacts | undefined> {
  if (data.kind === 'builtin') return builtinImages;
  const folder = isAbsolute(data.path) ? data.path : join(workspaceDirectory() ?? '', data.path);
  return imageFactsOf(await readdir(folder).catch(() => []));
}
