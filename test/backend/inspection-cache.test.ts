import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { InspectionCache } from '../../src/backend/inspection-cache';
import type { InspectionProblem } from '../../src/protocol/inspection';

let directory: string;
let file: string;
let helper: string;
let inspections: number;
let problems: InspectionProblem[];
let cache: InspectionCache;

const longAgo = new Date('2020-01-01');

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'e2-train-inspections-'));
  file = join(directory, 'model.ts');
  helper = join(directory, 'helper.ts');
  writeFileSync(file, 'model');
  writeFileSync(helper, 'helper');
  utimesSync(helper, longAgo, longAgo);
  inspections = 0;
  problems = [];
  cache = new InspectionCache({
    async inspect(question) {
      inspections++;
      return { file: question.file, models: [], problems, dependencies: [helper], milliseconds: inspections };
    },
  });
});
afterEach(() => rmSync(directory, { recursive: true }));

test('the same question about unchanged files is answered without inspecting again', async () => {
  const first = await cache.inspect({ file });
  expect(await cache.inspect({ file })).toEqual(first);
  expect(inspections).toBe(1);
});

test('questions asked at the same time share one inspection', async () => {
  await Promise.all([cache.inspect({ file }), cache.inspect({ file }), cache.inspect({ file })]);
  expect(inspections).toBe(1);
});

test("another text, the editor's text, another input shape and a changed import are each inspected again", async () => {
  await cache.inspect({ file });
  writeFileSync(file, 'another model');
  await cache.inspect({ file });
  expect(inspections).toBe(2);
  await cache.inspect({ file, text: 'unsaved' });
  expect(inspections).toBe(3);
  await cache.inspect({ file, text: 'unsaved', inputShape: [32, 32, 3] });
  expect(inspections).toBe(4);
  utimesSync(helper, longAgo, new Date('2021-01-01'));
  await cache.inspect({ file, text: 'unsaved', inputShape: [32, 32, 3] });
  expect(inspections).toBe(5);
});

test('a problem is not remembered, since it may go away without a change of the file', async () => {
  problems = [{ code: 'module-not-found', message: 'There is no “lodash”.' }];
  await cache.inspect({ file });
  await cache.inspect({ file });
  expect(inspections).toBe(2);
});

test('an import that changed while it was inspected makes the result stale', async () => {
  const future = new Date(Date.now() + 1000);
  utimesSync(helper, future, future);
  await cache.inspect({ file });
  await cache.inspect({ file });
  expect(inspections).toBe(2);
});

test('a question that was answered with a newer text is not remembered as if it had that answer', async () => {
  let answer: (text: string) => void = () => {};
  const shared = new Promise<string>((resolve) => {
    answer = resolve;
  });
  let asked = 0;
  cache = new InspectionCache({
    async inspect() {
      asked++;
      return { file: await shared, models: [], problems: [], dependencies: [], milliseconds: 0 };
    },
  });
  const older = cache.inspect({ file, text: 'older' });
  await new Promise((resolve) => setTimeout(resolve, 20));
  const newer = cache.inspect({ file, text: 'newer' });
  await new Promise((resolve) => setTimeout(resolve, 20));
  answer('newer');
  await Promise.all([older, newer]);
  await cache.inspect({ file, text: 'newer' });
  expect(asked).toBe(2);
  await cache.inspect({ file, text: 'older' });
  expect(asked).toBe(3);
});
