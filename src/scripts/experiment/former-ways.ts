import type { RunRecord } from './run-record';

/** Ways of training that rows asked for before, when they were the default: in a record's label and in its file's name. */
const formerWays: readonly {
  readonly label: string;
  readonly inName: string;
  readonly applies: (savers: RunRecord['configuration']['savers']) => boolean;
}[] = [
  { label: 'gates on all blocks', inName: 'all-blocks', applies: ({ slu }) => slu.enabled && slu.blocks === 'all' },
  {
    label: 'constant learning rate',
    inName: 'constant-rate',
    applies: ({ swa }) => swa.enabled && swa.learningRateFactor === 1,
  },
];

/** In which of the former ways the record's run was trained. */
export function formerWaysOf({ configuration: { savers } }: RunRecord): typeof formerWays {
  return formerWays.filter(({ applies }) => applies(savers));
}
