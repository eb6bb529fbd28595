import { expect, test } from 'vitest';
import { findDeviceProfile } from '../../src/energy/device-profile';
import { estimateNetwork } from '../../src/energy/estimate';
import { formatJoules } from '../../src/energy/format';
import { buildBuiltinNetwork } from '../../src/network/builtin-networks';
import { runConfigurationSchema } from '../../src/protocol/configuration';
import { estimateView } from '../../webview-ui/savers/estimate-view';

const graph = buildBuiltinNetwork('resnet8', [28, 28, 1], 10);
const iterationJ = estimateNetwork(graph, findDeviceProfile('asic-45nm'), { batchSize: 64 }).totalJ;
const settings = (smd: { enabled: boolean; dropProbability?: number }, iterations = 600) =>
  runConfigurationSchema.parse({ model: { kind: 'builtin', name: 'resnet8' }, iterations, savers: { smd } });

test('without savers the run costs what the baseline costs', () => {
  const view = estimateView(settings({ enabled: false }), graph, undefined);
  expect(view).toMatchObject({
    kind: 'estimated',
    energy: formatJoules(600 * iterationJ),
    comparison: 'same as the baseline',
    note: undefined,
  });
});

// 600 · 4/3 = 800 planned; half of them dropped leaves 400 of 600: one third saved.
test('SMD at one half with the schedule stretched by 4/3 saves a third, and the card says what it equals', () => {
  const view = estimateView(settings({ enabled: true, dropProbability: 0.5 }), graph, undefined);
  expect(view).toMatchObject({ kind: 'estimated', comparison: '33 % saved' });
  expect(view.kind === 'estimated' && view.rows.find(({ label }) => label === 'Iterations executed')?.value).toBe('~400 of 800');
  expect(view.kind === 'estimated' && view.note).toContain('expect the accuracy of a plain run of about 400');
});

test('settings that cost more than the baseline say so', () => {
  const view = estimateView(settings({ enabled: true, dropProbability: 0 }), graph, undefined);
  expect(view).toMatchObject({ comparison: '33 % more than the baseline' });
});

test('a first estimate that takes long says so, and goes on when it is asked again', () => {
  const base = findDeviceProfile('asic-45nm');
  const liveProfile = { ...base, dram: { accessPJ: { ...base.dram.accessPJ, value: 1311 } } };
  const large = buildBuiltinNetwork('mobilenetv2', [96, 96, 3], 10);
  const ask = () => estimateView(settings({ enabled: false }), large, undefined, { liveProfile });
  let view = ask();
  expect(view).toEqual({ kind: 'estimating' });
  for (let asked = 1; view.kind === 'estimating' && asked < 1000; asked++) view = ask();
  expect(view.kind).toBe('estimated');
});

test('where there is no estimate the card says why', () => {
  expect(estimateView(settings({ enabled: false }), undefined, undefined)).toEqual({
    kind: 'unavailable',
    reason: 'The estimate appears once the model has been inspected.',
  });
  expect(estimateView(settings({ enabled: false }), graph, 'model.ts line 3: unknown layer.')).toEqual({
    kind: 'unavailable',
    reason: 'model.ts line 3: unknown layer.',
  });
  const ownProfiles = { profiles: [], problems: [{ file: 'toaster.json', name: 'toaster', message: 'toaster.json is no JSON.' }] };
  const broken = estimateView({ ...settings({ enabled: false }), deviceProfile: 'toaster' }, graph, undefined, { ownProfiles });
  expect(broken).toEqual({ kind: 'unavailable', reason: 'toaster.json is no JSON.' });
  const unknown = estimateView({ ...settings({ enabled: false }), deviceProfile: 'toaster' }, graph, undefined);
  expect(unknown).toMatchObject({ kind: 'unavailable', reason: expect.stringContaining('toaster') });
});

test('a profile of one’s own is used as it comes, and that of a live run before one of the same name', () => {
  const dear = (factor: number) => {
    const profile = structuredClone(findDeviceProfile('asic-45nm'));
    profile.dram.accessPJ.value *= factor;
    return { ...profile, name: 'mine' };
  };
  const configuration = { ...settings({ enabled: false }), deviceProfile: 'mine' };
  const expected = (factor: number) => formatJoules(600 * estimateNetwork(graph, dear(factor), { batchSize: 64 }).totalJ);
  // Searched before, so that the card has its figures at once.
  const [twice, thrice] = [expected(2), expected(3)];
  const ownProfiles = { profiles: [{ file: 'mine.json', profile: dear(2) }], problems: [] };
  expect(estimateView(configuration, graph, undefined, { ownProfiles })).toMatchObject({ energy: twice });
  expect(estimateView(configuration, graph, undefined, { ownProfiles, liveProfile: dear(3) })).toMatchObject({ energy: thrice });
  expect(thrice).not.toBe(twice);
});
