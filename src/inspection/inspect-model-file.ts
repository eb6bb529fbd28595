import { LayersModel } from '@tensorflow/tfjs-layers';
import type { InspectedModel, InspectionProblem, InspectionResult } from '../protocol/inspection';
import { callWithDefaults } from './call-model-maker';
import { ownCallSite } from './call-sites';
import { describeProblem } from './describe-problem';
import { inputShapeDirective } from './input-shape';
import type { InspectionRequest } from './inspection-messages';
import { LayerRecorder } from './layer-recorder';
import { isModelMaker, type ModelCandidate, modelCandidates } from './model-candidates';
import { graphOfModel } from './model-graph';
import { ModuleLoader } from './module-loader';
import { failedInspection, InspectionError, textOf } from './problems';
import { createSandbox } from './sandbox';
import { createTensorFlow } from './tensorflow-stand-in';

const noModel =
  'No model was found: export a model, or a function that returns one when it is called without arguments (or with tf), or keep one in a module-level variable.';

/**
 * Runs a model file in a sandbox of this process and describes the models that it makes. It does not limit time or memory: that is the
 * inspector's work.
 */
export async function inspectModelFile(request: InspectionRequest): Promise<InspectionResult> {
  const began = performance.now();
  const elapsed = () => performance.now() - began;
  let text: string;
  try {
    text = textOf(request);
  } catch (error) {
    const { code, message } = error as InspectionError;
    return failedInspection(request, { code, message }, { milliseconds: elapsed() });
  }
  const inspection = new Inspection(request.file, text, inputShapeDirective(text) ?? request.inputShape);
  try {
    await inspection.run();
  } finally {
    inspection.dispose();
  }
  const { problems, dependencies } = inspection;
  const models = inspection.models.toSorted((a, b) => a.source.line - b.source.line);
  return { file: request.file, models, problems, dependencies, milliseconds: elapsed() };
}

/** One model file being inspected. */
class Inspection {
  readonly models: InspectedModel[] = [];
  readonly problems: InspectionProblem[] = [];
  private readonly sandbox;
  private readonly recorder: LayerRecorder;
  private readonly loader: ModuleLoader;
  private readonly tf: object;
  private readonly seen = new Set<object>();

  constructor(
    private readonly file: string,
    private readonly text: string,
    private readonly inputShape: readonly number[] | undefined,
  ) {
    this.sandbox = createSandbox(file);
    this.recorder = new LayerRecorder((beyondConstructors) => ownCallSite(this.loader, beyondConstructors), inputShape);
    const { tf, standIn } = createTensorFlow(this.recorder);
    this.tf = tf;
    const { context, process } = this.sandbox;
    const standIns = (specifier: string) => (/^(node:)?process$/.test(specifier) ? process : standIn(specifier));
    this.loader = new ModuleLoader({ context, entry: { file, text }, standIn: standIns });
  }

  get dependencies(): string[] {
    return this.loader.dependencies;
  }

  async run(): Promise<void> {
    const exports = await this.loader.loadEntry().catch((thrown: unknown) => this.report(thrown));
    const { file, text } = this;
    const candidates = modelCandidates({ file, text, exports, binding: (name) => this.loader.binding(name) });
    const excused: InspectionProblem[] = [];
    for (const candidate of candidates) await this.follow(candidate, candidates.length === 1, excused);
    if (this.models.length > 0 || this.problems.length > 0) return;
    this.problems.push(excused[0] ?? { code: 'no-model', message: noModel });
  }

  dispose(): void {
    this.sandbox.dispose();
  }

  /** Takes a model from one candidate. Problems of functions that may not be meant as models are excused while there are others. */
  private async follow(candidate: ModelCandidate, only: boolean, excused: InspectionProblem[]): Promise<void> {
    const { exportName, value, source } = candidate;
    // Loading stopped before this model had a layer: why it stopped is already said.
    if (this.problems.length > 0 && value instanceof LayersModel && value.layers.length === 0) return;
    const isMeant = only || exportName === 'default';
    try {
      const made = await this.modelOf(candidate);
      if (made instanceof LayersModel) this.describe(made, candidate);
      else if (made !== undefined) {
        const message = `${nameInWords(exportName)} gives ${describeValue(made)}, not a model: return what tf.sequential() or tf.model() makes.`;
        (isMeant ? this.problems : excused).push({ code: 'no-model', message, source, exportName });
      }
    } catch (thrown) {
      const described = describeProblem(thrown, this.loader, this.recorder.leftInputOpen);
      const problem = { source, ...described, exportName };
      const matters = isMeant || problem.code === 'input-shape-needed' || value instanceof LayersModel;
      (matters ? this.problems : excused).push(problem);
    }
  }

  private async modelOf({ exportName, value }: ModelCandidate): Promise<unknown> {
    if (!isModelMaker(value)) return await value;
    const call = callWithDefaults(value, this.tf);
    if (call.kind === 'callable') return (await value(...call.values)) ?? null;
    const message = `${nameInWords(exportName)} needs arguments (${call.names}): give its parameters default values, so that its model can be shown.`;
    throw new InspectionError('no-model', message);
  }

  private describe(model: LayersModel, { exportName, source }: ModelCandidate): void {
    if (this.seen.has(model)) return;
    this.seen.add(model);
    const graph = graphOfModel(model, (layer) => this.recorder.sourceOf(layer), this.inputShape);
    this.models.push({ exportName, source, graph });
  }

  private report(thrown: unknown): undefined {
    this.problems.push(describeProblem(thrown, this.loader, this.recorder.leftInputOpen));
  }
}

const nameInWords = (exportName: string) => (exportName === 'default' ? 'The default export' : `“${exportName}”`);

function describeValue(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
