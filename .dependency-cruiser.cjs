/** Who may import whom, floor by floor; arrows only downwards. CONTRIBUTING.md draws the same house. */
const floors = [
  ['protocol', 'platform'],
  ['network', 'engine', 'datasets'],
  ['energy'],
  ['runs', 'inspection', 'measurement'],
  ['training'],
  ['cli', 'backend', 'scripts'],
];

const upward = floors.flatMap((rooms, floor) =>
  rooms.map((room) => {
    const above = floors.slice(floor + 1).flat();
    const beside = rooms.filter((other) => other !== room && room !== 'scripts');
    return {
      name: `${room}-imports-only-below`,
      severity: 'error',
      from: { path: `^src/${room}/` },
      to: { path: `^(src/(${[...above, ...beside, 'extension'].join('|')})/|webview-ui/)` },
    };
  }),
);

/** The editor's side draws and asks; it never trains, computes or loads a person's code. */
const editorMayUse = 'protocol|runs|network|energy';

module.exports = {
  forbidden: [
    ...upward,
    {
      name: 'extension-is-thin',
      severity: 'error',
      from: { path: '^src/extension/' },
      to: { path: '^(src/|webview-ui/)', pathNot: `^src/(extension|${editorMayUse})/` },
    },
    {
      name: 'webview-is-thin',
      severity: 'error',
      from: { path: '^webview-ui/' },
      to: { path: '^src/', pathNot: `^src/(${editorMayUse})/` },
    },
    {
      name: 'only-extension-imports-vscode',
      severity: 'error',
      from: { pathNot: '^src/extension/' },
      to: { path: '^vscode$' },
    },
    {
      name: 'pure-floors-use-no-node-api',
      severity: 'error',
      from: { path: '^src/(protocol|network|energy)/' },
      to: { dependencyTypes: ['core'] },
    },
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, path: '^src/', pathNot: '\\.d\\.ts$' }, to: {} },
    {
      name: 'no-development-packages-in-the-product',
      severity: 'error',
      from: { path: '^(src|webview-ui)/', pathNot: '^src/scripts/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: 'node_modules/@types/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
};
