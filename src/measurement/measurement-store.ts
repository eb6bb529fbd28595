import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomically } from '../platform/atomic-write';
import { newId } from '../platform/new-id';
import { writingTo } from '../platform/write-failure';
import { type MeasurementFile, measurementFileSchema } from '../protocol/measurements';

/** The measurements of a workspace: `.e2train/measurements/<id>.json`, each written whole or not at all. */
export class MeasurementStore {
  readonly directory: string;

  constructor(workspaceDirectory: string) {
    this.directory = join(workspaceDirectory, '.e2train', 'measurements');
  }

  /**
   * Starts a new file.
   * @throws Error with one sentence when it cannot be written.
   */
  create(content: Omit<MeasurementFile, 'format' | 'id' | 'created'>): MeasurementFile {
    const created = new Date();
    const file: MeasurementFile = { format: 1, id: newId(created), created: created.toISOString(), ...content };
    this.write(file);
    return file;
  }

  /** @throws Error with one sentence when it cannot be written. */
  write(file: MeasurementFile): void {
    writeFileAtomically(this.pathOf(file.id), `${JSON.stringify(file, null, 2)}\n`);
  }

  pathOf(id: string): string {
    return join(this.directory, `${id}.json`);
  }

  /** Ids of all files, newest first. */
  ids(): string[] {
    try {
      const names = readdirSync(this.directory).filter((name) => name.endsWith('.json') && !name.startsWith('.'));
      return names
        .map((name) => name.slice(0, -'.json'.length))
        .sort()
        .reverse();
    } catch {
      return [];
    }
  }

  /**
   * All files, newest first.
   * @param onDamaged is told one sentence of each that cannot be read.
   */
  list(onDamaged: (sentence: string) => void = () => {}): MeasurementFile[] {
    return this.ids().flatMap((id) => {
      try {
        return [this.read(id)];
      } catch (error) {
        onDamaged((error as Error).message);
        return [];
      }
    });
  }

  /** @throws Error with one sentence when there is no such measurement, or its file is damaged. */
  read(id: string): MeasurementFile {
    const path = this.pathOf(id);
    if (!this.ids().includes(id)) throw new Error(`There is no measurement “${id}” in ${this.directory}.`);
    try {
      return measurementFileSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
    } catch {
      throw new Error(`${path} is damaged, or was written by another version: import or measure it anew.`);
    }
  }

  /** @throws Error with one sentence when it cannot be deleted. */
  delete(id: string): void {
    writingTo(this.directory, () => rmSync(this.pathOf(id), { force: true }));
  }
}
