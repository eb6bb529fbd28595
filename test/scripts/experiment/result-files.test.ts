import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ResultFiles } from '../../../src/scripts/experiment/result-files';
import { committedRecord } from './committed-record';

describe('Files of records', () => {
  let docs: string;
  beforeEach(() => {
    docs = mkdtempSync(join(tmpdir(), 'e2-train-results-'));
  });
  afterEach(() => rmSync(docs, { recursive: true, force: true }));

  it('keeps made-up and real images apart, in files and in tables', () => {
    const files = new ResultFiles(docs);
    const madeUp = committedRecord('cifar100-resnet110/300-smb-seed-1');
    const real = { ...madeUp, data: { name: 'CIFAR-100' }, images: 10_000 };
    files.keep(madeUp);
    files.keep(real);
    expect(readdirSync(join(docs, 'results', 'cifar100-resnet110')).sort()).toEqual([
      '300-smb-real-images-seed-1.json',
      '300-smb-seed-1.json',
    ]);
    const page = readFileSync(files.writePage(), 'utf8');
    expect(page).toContain('## CIFAR-100, ResNet-110, 300 iterations\n\nCIFAR-100, batches of 128, 10000 test images.\n');
    expect(page).toContain(
      '## CIFAR-100, ResNet-110, made-up images, 300 iterations\n\nMade-up images in the file format of CIFAR-100, batches of 128, 1000 test images.\n',
    );
  });

  it('gives each committed record the name that it has', () => {
    const files = new ResultFiles(docs);
    const committed = join(__dirname, '..', '..', '..', 'docs', 'results');
    const names = readdirSync(committed, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));
    for (const name of names) files.keep(committedRecord(name.replace(/\.json$/, '')));
    const kept = readdirSync(join(docs, 'results'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));
    expect(kept.sort()).toEqual(names.sort());
  });

  it('says which file is no record', () => {
    const files = new ResultFiles(docs);
    expect(files.read()).toEqual([]);
    files.keep(committedRecord('fashion/500-smb-seed-1'));
    const broken = join(docs, 'results', 'fashion', 'broken.json');
    writeFileSync(broken, '{');
    expect(() => files.read()).toThrow(`${broken} is no record of this version; delete it, or train its run again.`);
  });
});
