import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomically } from '../../platform/atomic-write';
import { exclusively } from '../../runs/exclusively';

import { formerWaysOf } from './former-ways';
import { isMadeUp } from './made-up-images';
import { findPlan } from './plans';
import { resultsPage } from './results-page';
import { type RunRecord, runRecordSchema } from './run-record';

/** `docs/results/`: a file for each run, from which `docs/results.md` is written. */
export class ResultFiles {
  private readonly directory: string;

  constructor(private readonly docs: string) {
    this.directory = join(docs, 'results');
  }

  keep(record: RunRecord): void {
    const folder = join(this.directory, record.experiment);
    // Records of made-up images bear the plain name where a plan trains on such unless it is given real ones.
    const images = findPlan(record.experiment).data === 'made-up' && !isMadeUp(record) ? ['real-images'] : [];
    const ways = formerWaysOf(record).map(({ inName }) => inName);
    const name = `${[record.planIterations, record.row, ...images, ...ways, 'seed', record.seed].join('-')}.json`;
    writeFileAtomically(join(folder, name), `${JSON.stringify(record, null, 1)}\n`);
  }

  /** Writes the page anew from all records, those that other experiments keep meanwhile included. */
  writePage(): string {
    const path = join(this.docs, 'results.md');
    exclusively(`${path}.lock`, () => writeFileAtomically(path, resultsPage(this.read())));
    return path;
  }

  /** @throws Error with one sentence that names the file when one is no record. */
  read(): RunRecord[] {
    if (!existsSync(this.directory)) return [];
    const files = readdirSync(this.directory, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));
    return files.sort().map((name) => {
      try {
        return runRecordSchema.parse(JSON.parse(readFileSync(join(this.directory, name), 'utf8')));
      } catch {
        throw new Error(`${join(this.directory, name)} is no record of this version; delete it, or train its run again.`);
      }
    });
  }
}
