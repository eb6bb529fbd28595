import { builtinProfiles } from '../../src/energy/device-profile';
import type { RunConfiguration, Savers } from '../../src/protocol/configuration';
import { sameModel, withModel } from '../../src/protocol/next-model';
import type { FromSavers, ToSavers } from '../../src/protocol/webview-messages';
import { element, setText } from '../shared/element';
import type { Host } from '../shared/host';
import { AdvancedSettings } from './advanced-settings';
import { BaselineInput } from './baseline-input';
import { type Choice, ChoiceInput } from './choice-input';
import { Draft } from './draft';
import { EstimateCard } from './estimate-card';
import { estimateView } from './estimate-view';
import { group, pair } from './groups';
import { liveConfiguration } from './live-configuration';
import { NumberInput } from './number-input';
import { PsgInput } from './psg-input';
import { RunControls } from './run-controls';
import { skippingNote } from './skipping-note';
import { SluInput } from './slu-input';
import { SmdInput } from './smd-input';
import { StochasticDepthInput } from './stochastic-depth-input';
import { SwaInput } from './swa-input';

const editorSilentMs = 5000;
/** A moving slider is sent when it rests this long. */
const sendPauseMs = 150;
const startingMs = 15_000;
const builtinData = 'builtin';
const chooseFolder = 'choose';

const engineChoices: readonly Choice[] = [
  { value: 'auto', label: 'The fastest that works here' },
  { value: 'native', label: 'Native kernels' },
  { value: 'wasm', label: 'WebAssembly' },
  { value: 'tensorflow', label: 'TensorFlow' },
] satisfies readonly { value: RunConfiguration['engine']; label: string }[];

/** The sidebar view: settings of the next run, or of the live one as far as they can change. */
export class SaversPage {
  private readonly draft = new Draft();
  private state?: ToSavers;
  private sending?: ReturnType<typeof setTimeout>;
  private estimating?: ReturnType<typeof setTimeout>;
  private starting = false;
  private readonly waiting = element('p', {
    className: 'note',
    textContent: 'Asking the editor for the settings…',
    attributes: { role: 'status' },
  });
  private readonly model = new ChoiceInput('model', 'Model', (value) => this.changeModel(Number(value)));
  private readonly weights = new ChoiceInput('startFrom', 'Weights to begin with', (folder) =>
    this.change({ startFrom: folder || undefined }),
  );
  private readonly data = new ChoiceInput('data', 'Data set', (value) => this.changeData(value));
  private readonly device = new ChoiceInput('device', 'Device profile', (deviceProfile) => this.change({ deviceProfile }));
  private readonly engine = new ChoiceInput('engine', 'Engine', (engine) => this.change({ engine: engine as RunConfiguration['engine'] }));
  private readonly iterations = new NumberInput(
    'iterations',
    'Iterations',
    (iterations) => this.change({ iterations }),
    () => this.show(),
  );
  private readonly batchSize = new NumberInput(
    'batchSize',
    'Batch size',
    (batchSize) => this.change({ batchSize }),
    () => this.show(),
  );
  private readonly learningRate = new NumberInput(
    'learningRate',
    'Learning rate',
    (learningRate) => this.change({ learningRate }),
    () => this.show(),
  );
  private readonly seed = new NumberInput(
    'seed',
    'Seed',
    (seed) => this.change({ seed }),
    () => this.show(),
  );
  private readonly smd = new SmdInput((change) => this.changeSaver('smd', change));
  private readonly slu = new SluInput((change) => this.changeSlu(change));
  private readonly stochasticDepth = new StochasticDepthInput((change) => this.changeSaver('stochasticDepth', change));
  private readonly skippingNote = element('p', { className: 'note', hidden: true, attributes: { role: 'status' } });
  private readonly psg = new PsgInput((change) => this.changeSaver('psg', change));
  private readonly swa = new SwaInput((change) => this.changeSaver('swa', change));
  private readonly advanced = new AdvancedSettings({
    change: (saver, change) => this.changeSaver(saver, change),
    invalid: () => this.show(),
  });
  private readonly baseline = new BaselineInput((choose) => {
    const savers = choose(this.draft.configuration!.savers);
    this.change({ savers: savers.stochasticDepth.enabled ? { ...savers, slu: { ...savers.slu, enabled: false } } : savers });
    this.showWayOfSkipping();
  });
  private readonly estimate = new EstimateCard();
  private readonly controls: RunControls;
  private readonly liveNote = element('p', { className: 'note', textContent: 'A change applies at the next iteration.' });
  private readonly fixedNote = element('p', { className: 'note', textContent: 'Fixed until the run ends.' });
  private readonly form: HTMLElement;

  constructor(private readonly host: Host<ToSavers, FromSavers, unknown>) {
    this.controls = new RunControls({
      start: () => this.start(),
      stop: (runId) => host.post({ type: 'stop', runId }),
      openDashboard: () => host.post({ type: 'openDashboard' }),
    });
    this.form = element(
      'div',
      { hidden: true, className: 'form' },
      this.controls.root,
      group(
        'Savers and schedule',
        ...[this.liveNote, this.smd.root, this.slu.root, this.stochasticDepth.root, this.skippingNote, this.psg.root, this.swa.root],
        this.baseline.root,
        pair(this.iterations.root, this.learningRate.root),
        this.advanced.root,
      ),
      this.estimate.root,
      group(
        'Run',
        this.fixedNote,
        this.model.root,
        this.weights.root,
        this.data.root,
        this.device.root,
        this.engine.root,
        pair(this.batchSize.root, this.seed.root),
      ),
    );
  }

  begin(): void {
    document.body.append(this.waiting, this.form);
    this.host.onMessage((message) => this.receive(message));
    setTimeout(() => {
      if (!this.state) setText(this.waiting, 'The editor has not answered. Run “Developer: Reload Window”; the E2-Train log may say more.');
    }, editorSilentMs);
    this.host.post({ type: 'ready' });
  }

  private receive(state: ToSavers): void {
    // What the person changed right before a run began belongs to the next one.
    if (state.live && this.state && !this.state.live) this.send();
    this.state = state;
    this.waiting.hidden = true;
    this.form.hidden = false;
    if (state.live) this.starting = false;
    const { live } = state;
    if (this.draft.take(live ? liveConfiguration(live) : state.configuration, live?.run.id, state.lastChange)) {
      this.fill(this.draft.configuration!);
    }
    this.showChoices(state);
    this.show();
  }

  private fill({ iterations, batchSize, learningRate, seed, savers }: RunConfiguration): void {
    this.iterations.value = iterations;
    this.batchSize.value = batchSize;
    this.learningRate.value = learningRate;
    this.seed.value = seed;
    this.smd.show(savers.smd);
    this.slu.show(savers.slu);
    this.stochasticDepth.show(savers.stochasticDepth);
    this.psg.show(savers.psg);
    this.swa.show(savers.swa);
    this.advanced.fill(savers);
  }

  private showChoices({ models, trainedModels, ownProfiles, liveProfile }: ToSavers): void {
    const { model, startFrom, data, deviceProfile, engine, savers } = this.draft.configuration!;
    this.engine.show(engineChoices, engine);
    this.baseline.showSavers(savers);
    const chosen = models.findIndex((candidate) => sameModel(candidate.model, model));
    const choices = models.map(({ label }, index) => ({ value: String(index), label }));
    if (chosen < 0) choices.push({ value: 'other', label: model.kind === 'file' ? model.path : model.name });
    this.model.show(choices, chosen < 0 ? 'other' : String(chosen));
    const itsOwn = model.kind === 'file' && model.path.endsWith('.py') ? 'The model’s own' : 'New';
    const trained = trainedModels.filter((candidate) => sameModel(candidate.model, model));
    const weights = [{ value: '', label: itsOwn }, ...trained.map(({ folder, label }) => ({ value: folder, label }))];
    if (startFrom && !trained.some(({ folder }) => folder === startFrom)) weights.push({ value: startFrom, label: startFrom });
    this.weights.show(weights, startFrom ?? '');
    this.weights.root.hidden = weights.length === 1;
    this.data.show(
      [
        { value: builtinData, label: 'Built-in Fashion-MNIST sample' },
        ...(data.kind === 'directory' ? [{ value: data.path, label: data.path }] : []),
        { value: chooseFolder, label: 'Choose a folder…' },
      ],
      data.kind === 'directory' ? data.path : builtinData,
    );
    const usable = [...builtinProfiles, ...ownProfiles.profiles.map(({ profile }) => profile)].map(({ name }) => ({
      value: name,
      label: name,
    }));
    const label = liveProfile ? deviceProfile : `${deviceProfile} (unavailable)`;
    const known = usable.some(({ value }) => value === deviceProfile);
    this.device.show(known ? usable : [...usable, { value: deviceProfile, label }], deviceProfile);
  }

  private show(): void {
    const { graph, problem, live } = this.state!;
    const view = estimateView(this.draft.configuration!, graph, problem, this.state!);
    this.estimate.show(view, live !== undefined);
    clearTimeout(this.estimating);
    if (view.kind === 'estimating') this.estimating = setTimeout(() => this.show());
    const valid = [this.iterations, this.batchSize, this.learningRate, this.seed, this.advanced].every((input) => input.valid);
    const blocked = problem ?? (valid ? undefined : 'Correct the marked fields to train.');
    this.controls.show(live, blocked, this.starting);
    this.liveNote.hidden = !live?.ours;
    this.fixedNote.hidden = !live;
    const nothingToSkip = skippingNote(graph, this.draft.configuration!.savers);
    this.skippingNote.hidden = nothingToSkip === undefined;
    setText(this.skippingNote, nothingToSkip ?? '');
    for (const input of [this.model, this.weights, this.data, this.device, this.engine, this.batchSize, this.seed])
      input.disabled = live !== undefined;
    const { smd, slu, stochasticDepth, psg, swa, baseline, iterations, learningRate, advanced } = this;
    for (const input of [smd, slu, stochasticDepth, psg, swa, baseline, iterations, learningRate, advanced])
      input.disabled = live !== undefined && !live.ours;
  }

  private change(change: Partial<RunConfiguration>): void {
    this.draft.change(change);
    this.changed();
  }

  private changeSaver<Name extends 'smd' | 'slu' | 'stochasticDepth' | 'psg' | 'swa'>(name: Name, change: Partial<Savers[Name]>): void {
    const { savers } = this.draft.changeSaver(name, change);
    this.psg.show(savers.psg);
    this.advanced.showChoices(savers);
    this.changed();
  }

  /** SLU and stochastic depth both choose which blocks run: the one goes off when the other goes on. */
  private changeSlu(change: Partial<Savers['slu']>): void {
    if (change.enabled) this.draft.changeSaver('stochasticDepth', { enabled: false });
    this.changeSaver('slu', change);
    this.showWayOfSkipping();
  }

  private showWayOfSkipping(): void {
    const { savers } = this.draft.configuration!;
    this.baseline.showSavers(savers);
    this.slu.show(savers.slu);
    this.stochasticDepth.show(savers.stochasticDepth);
  }

  private changeModel(choice: number): void {
    this.draft.configuration = withModel(this.draft.configuration!, this.state!.models[choice]!.model);
    this.showChoices(this.state!);
    this.changed();
  }

  private changeData(value: string): void {
    if (value === chooseFolder) {
      this.host.post({ type: 'chooseDataDirectory' });
      this.data.reset();
      this.showChoices(this.state!);
    } else this.change({ data: value === builtinData ? { kind: 'builtin' } : { kind: 'directory', path: value } });
  }

  private changed(): void {
    this.show();
    clearTimeout(this.sending);
    this.sending = setTimeout(() => this.send(), sendPauseMs);
  }

  private send(): void {
    clearTimeout(this.sending);
    const live = this.state?.live;
    if (!live) {
      const unsent = this.draft.takeUnsent();
      if (unsent) this.host.post({ type: 'configure', ...unsent });
      return;
    }
    const tuning = this.draft.takeTuning();
    if (live.ours && tuning) this.host.post({ type: 'tune', runId: live.run.id, tuning });
  }

  private start(): void {
    this.send();
    this.host.post({ type: 'start' });
    this.starting = true;
    this.show();
    setTimeout(() => {
      this.starting = false;
      this.show();
    }, startingMs);
  }
}
