import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { commands } from '../../src/extension/commands';
import { profileSchemaFile } from '../../src/scripts/profile-schema';

const text = readFileSync('package.json', 'utf8');
const manifest = JSON.parse(text) as {
  icon: string;
  contributes: {
    commands: { command: string; category: string }[];
    menus: Record<string, { command: string }[]>;
    viewsContainers: { activitybar: { icon: string }[] };
    jsonValidation: { fileMatch: string; url: string }[];
    walkthroughs: { steps: { media: { markdown: string } }[] }[];
    configuration: { properties: Record<string, unknown> }[];
  };
  capabilities: { untrustedWorkspaces: { restrictedConfigurations: string[] } };
};
const texts = JSON.parse(readFileSync('package.nls.json', 'utf8')) as Record<string, string>;

describe('the manifest', () => {
  it('has a text for every placeholder, and a placeholder for every text', () => {
    const used = [...text.matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key);
    expect([...new Set(used)].sort()).toEqual(Object.keys(texts).sort());
  });

  it('declares all commands but the internal ones, under one category', () => {
    const internal: string[] = [commands.startNextRun, commands.showLine, commands.showDeviceProfile];
    const expected = Object.values(commands).filter((id) => !internal.includes(id));
    expect(manifest.contributes.commands.map(({ command }) => command).sort()).toEqual([...expected].sort());
    expect(new Set(manifest.contributes.commands.map(({ category }) => category))).toEqual(new Set(['E2-Train']));
  });

  it('puts only declared commands into menus', () => {
    const declared = manifest.contributes.commands.map(({ command }) => command);
    for (const { command } of Object.values(manifest.contributes.menus).flat()) expect(declared).toContain(command);
  });

  it('links only commands that exist', () => {
    const ids = Object.values(texts).flatMap((entry) => [...entry.matchAll(/command:(e2train\.[\w.]+)/g)].map(([, id]) => id!));
    const views = ['e2train.savers.focus', 'e2train.layers.focus', 'e2train.runs.focus'];
    for (const id of ids) expect([...Object.values(commands), ...views]).toContain(id);
  });

  it('names files that are there', () => {
    const { viewsContainers, walkthroughs } = manifest.contributes;
    const files = [
      manifest.icon,
      ...viewsContainers.activitybar.map(({ icon }) => icon),
      ...walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.markdown)),
    ];
    for (const file of files) expect(existsSync(file), file).toBe(true);
  });

  it('has profile files checked by the schema that the build writes and the package holds', () => {
    expect(manifest.contributes.jsonValidation).toEqual([{ fileMatch: '.e2train/profiles/*.json', url: `./dist/${profileSchemaFile}` }]);
    expect(readFileSync('.vscodeignore', 'utf8')).toContain('!dist/*.schema.json');
  });

  it('restricts, in untrusted workspaces, settings that exist', () => {
    const declared = manifest.contributes.configuration.flatMap(({ properties }) => Object.keys(properties));
    for (const name of manifest.capabilities.untrustedWorkspaces.restrictedConfigurations) expect(declared).toContain(name);
  });
});
