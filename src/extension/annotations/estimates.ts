import * as vscode from 'vscode';
import type { RunConfiguration } from '../../protocol/configuration';
import type { Log } from '../diagnostics/log';
import { Disposable } from '../disposable';
import { type AnnotatedLine, annotateLines } from './annotated-lines';
import { type EstimatedModel, estimateModel } from './estimated-model';
import type { Inspection, Inspections } from './inspections';

export interface DocumentEstimate {
  readonly inspection: Inspection;
  readonly models: readonly EstimatedModel[];
  readonly lines: readonly AnnotatedLine[];
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
    private readonly log: Log,
  ) {
    super();
    this.track(
      inspections.onDidChange((uri) => {
        this.cache.delete(uri.toString());
        this.changed.fire(uri);
      }),
    );
    this.track(
      source.onDidChange(() => {
        this.cache.clear();
        this.changed.fire(undefined);
      }),
    );
  }

  of(uri: vscode.Uri): DocumentEstimate | undefined {
    const key = uri.toString();
    const cached = this.cache.get(key);
    if (cached) return cached;
    const inspection = this.inspections.of(uri);
    if (!inspection) return undefined;
    const models = this.estimate(inspection);
    const estimate = { inspection, models, lines: annotateLines(uri.fsPath, models) };
    this.cache.set(key, estimate);
    return estimate;
  }

  all(): { uri: vscode.Uri; estimate: DocumentEstimate }[] {
    return this.inspections.all().flatMap(({ uri }) => {
      const estimate = this.of(uri);
      return estimate ? [{ uri, estimate }] : [];
    });
  }

  private estimate({ models }: Inspection): EstimatedModel[] {
    try {
      return models.map((model) => estimateModel(model, this.source.configuration));
    } catch (error) {
      this.log.error(`No estimate: ${error instanceof Error ? error.message : error}`);
      return [];
    }
  }
}
