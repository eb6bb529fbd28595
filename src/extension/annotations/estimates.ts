import * as vscode from 'vscode';
import { withinSlice } from '../../energy/time-slice';
import type { RunConfiguration } from '../../protocol/configuration';
import type { InspectedModel } from '../../protocol/inspection';
import { Disposable } from '../disposable';
import type { MeasurementList } from '../measurements/measurement-list';
import type { DeviceProfiles } from '../profiles/device-profiles';
import { type AnnotatedLine, annotateLines, linesOfModels } from './annotated-lines';
import { type EstimatedModel, estimateModel } from './estimated-model';
import type { Inspection, Inspections } from './inspections';

/** Nobody notices that an editor's thread was kept for so long. */
const sliceMs = 40;

export interface DocumentEstimate {
  readonly inspection: Inspection;
  readonly models: readonly EstimatedModel[];
  readonly lines: readonly AnnotatedLine[];
  /** Where there are no figures although there are models: why, in one sentence, or no reason while they are computed; and the lines that lack them. */
  readonly missing?: { readonly reason?: string; readonly lines: readonly number[] };
}

/** Holds the configuration of the next run, which batch size, device profile and savers come from. */
export interface ConfigurationSource {
  readonly configuration: RunConfiguration;
  readonly onDidChange: vscode.Event<void>;
}

/** Joules of every inspected document under the present configuration: the one source of all that is shown of models. */
export class Estimates extends Disposable {
  private readonly cache = new Map<string, DocumentEstimate>();
  private readonly changed = this.track(new vscode.EventEmitter<vscode.Uri | undefined>());
  /** A document's estimate changed, or with `undefined` every one. */
  readonly onDidChange = this.changed.event;

  constructor(
    private readonly inspections: Inspections,
    private readonly source: ConfigurationSource,
    private readonly profiles: DeviceProfiles,
    private readonly measurements: MeasurementList,
  ) {
    super();
    this.track(
      inspections.onDidChange((uri) => {
        // A file's lines also show what other files' models make there.
        this.cache.clear();
        this.changed.fire(uri);
      }),
    );
    const changeAll = () => {
      this.cache.clear();
      this.changed.fire(undefined);
    };
    this.track(source.onDidChange(changeAll));
    this.track(profiles.onDidChange(changeAll));
    this.track(measurements.onDidChange(changeAll));
  }

  of(uri: vscode.Uri): DocumentEstimate | undefined {
    const key = uri.toString();
    const cached = this.cache.get(key);
    if (cached) return cached;
    const inspection = this.inspections.of(uri);
    if (!inspection) return undefined;
    const estimate = this.estimate(uri, inspection);
    this.cache.set(key, estimate);
    if (isUnderway(estimate)) this.goOn(uri, inspection, estimate);
    return estimate;
  }

  all(): { uri: vscode.Uri; estimate: DocumentEstimate }[] {
    return this.inspections.all().flatMap(({ uri }) => {
      const estimate = this.of(uri);
      return estimate ? [{ uri, estimate }] : [];
    });
  }

  /** The first estimate of a large model takes longer than an editor's thread should be kept: events come in between. */
  private goOn(uri: vscode.Uri, inspection: Inspection, before: DocumentEstimate): void {
    setTimeout(() => {
      // Something else has changed meanwhile: whoever asks then begins anew.
      if (this.cache.get(uri.toString()) !== before) return;
      const estimate = this.estimate(uri, inspection);
      this.cache.set(uri.toString(), estimate);
      if (isUnderway(estimate)) this.goOn(uri, inspection, estimate);
      else this.changed.fire(uri);
    });
  }

  private estimate(uri: vscode.Uri, inspection: Inspection): DocumentEstimate {
    const elsewhere = isDirty(uri) ? [] : this.modelsFromElsewhere(uri);
    const without = (reason?: string): DocumentEstimate => {
      const lines = linesOfModels(uri.fsPath, [...inspection.models, ...elsewhere]);
      return { inspection, models: [], lines: [], missing: { ...(reason !== undefined && { reason }), lines } };
    };
    try {
      const done = withinSlice(sliceMs, () => {
        const models = this.estimateModels(inspection.models);
        return { inspection, models, lines: annotateLines(uri.fsPath, [...models, ...this.estimateModels(elsewhere)]) };
      });
      return done?.value ?? without();
    } catch (error) {
      return without((error as Error).message);
    }
  }

  /** Models of other open files that make layers in this one. They were inspected with this file as it is on disk. */
  private modelsFromElsewhere(uri: vscode.Uri): InspectedModel[] {
    return this.inspections
      .all()
      .filter(({ uri: other, inspection }) => other.fsPath !== uri.fsPath && inspection.dependencies.includes(uri.fsPath))
      .flatMap(({ inspection }) => inspection.models);
  }

  private estimateModels(models: readonly InspectedModel[]): EstimatedModel[] {
    if (models.length === 0) return [];
    const { configuration } = this.source;
    const profile = this.profiles.find(configuration.deviceProfile);
    return models.map((model) => estimateModel(model, configuration, profile, this.measurements.shown()));
  }
}

const isUnderway = ({ missing }: DocumentEstimate): boolean => missing !== undefined && missing.reason === undefined;

const isDirty = (uri: vscode.Uri): boolean =>
  vscode.workspace.textDocuments.some((document) => document.isDirty && document.uri.fsPath === uri.fsPath);
