import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findDeviceProfile } from '../energy/device-profile';
import { newId } from '../platform/new-id';
import { writingTo } from '../platform/write-failure';
import { plannedIterations, type RunConfiguration } from '../protocol/configuration';
import type { DeviceProfile } from '../protocol/device-profile';
import type { EvaluationRecord, HostEnergyRecord, IterationRecord, PredictionRecord } from '../protocol/records';
import type { RunFile, RunSummary } from '../protocol/runs';
import { RunFolder } from './run-folder';
import { asItStands } from './run-owner';
import { writeProfile } from './stored-profile';

/** The runs of a workspace: folders in `.e2train/runs`, which several windows and commands may use at once. */
export class RunStore {
  /** Absolute path of the folder of runs; it may not exist yet. */
  readonly directory: string;

  constructor(workspaceDirectory: string) {
    this.directory = join(workspaceDirectory, '.e2train', 'runs');
  }

  /**
   * Makes the folder of a new, queued run that belongs to this process's caller to start.
   * @param profile the one that the configuration names; kept in the folder.
   * @throws Error with one sentence when it cannot be written.
   */
  create(
    configuration: RunConfiguration,
    title: string,
    profile: DeviceProfile = findDeviceProfile(configuration.deviceProfile),
  ): RunFolder {
    const created = new Date();
    const folder = new RunFolder(join(this.directory, newId(created)));
    writingTo(this.directory, () => {
      mkdirSync(this.directory, { recursive: true });
      // Fails when it exists: no two windows can make the same run.
      mkdirSync(folder.directory);
    });
    writeProfile(folder, profile);
    folder.write({ format: 1, id: folder.id, title, created: created.toISOString(), configuration, state: 'queued', resumes: [] });
    return folder;
  }

  open(id: string): RunFolder {
    return new RunFolder(join(this.directory, id));
  }

  /** Ids of all runs, newest first. */
  ids(): string[] {
    try {
      const entries = readdirSync(this.directory, { withFileTypes: true });
      return entries
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name)
        .sort()
        .reverse();
    } catch {
      return [];
    }
  }

  /** All runs as they stand, newest first; folders that are no runs are passed over. */
  list(): RunFile[] {
    return this.ids().flatMap((id) => this.readIfWhole(id) ?? []);
  }

  /** What lists show of a run; undefined when there is no such run. Live runs count as another's: a process knows its own. */
  summary(id: string): RunSummary | undefined {
    const run = this.readIfWhole(id);
    if (!run) return undefined;
    const folder = this.open(id);
    const { lastSequence, records } = folder.records.latest();
    const prediction = records.get('prediction') as PredictionRecord | undefined;
    const free = run.owner === undefined;
    return {
      run,
      directory: folder.directory,
      ours: free,
      resumable: free && run.state !== 'finished' && folder.latestCheckpoint() !== undefined,
      lastSequence,
      plannedIterations: prediction?.plannedIterations ?? plannedIterations(run.configuration),
      iteration: records.get('iteration') as IterationRecord | undefined,
      evaluation: records.get('evaluation') as EvaluationRecord | undefined,
      prediction,
      hostEnergy: (records.get('hostEnergy') as HostEnergyRecord | undefined)?.energy ?? run.hostEnergy,
    };
  }

  /** What lists show of all runs, newest first; folders that are no runs are passed over. */
  summaries(): RunSummary[] {
    return this.ids().flatMap((id) => this.summary(id) ?? []);
  }

  /** @throws Error with one sentence when it cannot be deleted. */
  delete(id: string): void {
    writingTo(this.directory, () => rmSync(this.open(id).directory, { recursive: true, force: true }));
  }

  private readIfWhole(id: string): RunFile | undefined {
    try {
      return asItStands(this.open(id).read());
    } catch {
      return undefined;
    }
  }
}
