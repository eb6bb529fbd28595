import { describe, expect, it } from 'vitest';
import { modelNode, problemNode, unestimatedNode } from '../../../src/extension/layers/layer-nodes';
import { estimatedModel, file, inspectedModel } from '../annotations/model-of-two-lines';

describe('rows of the Layers view', () => {
  const node = modelNode(file, estimatedModel);

  it('have the model, its lines, and below a line its layers', () => {
    expect(node.label).toBe('createModel — model.ts');
    expect(node.children.map(({ label, children }) => [label, children.length])).toEqual([
      ['Line 4', 3],
      ['flat', 0],
      ['Line 6', 2],
    ]);
  });

  it('lead to the line, also in other files', () => {
    expect(node.children.map(({ target }) => target)).toEqual([
      { file, line: 4 },
      { file: '/project/helper.ts', line: 9 },
      { file, line: 6 },
    ]);
  });

  it('have ids that differ, whatever the layers are called', () => {
    const ids: string[] = [];
    const collect = ({ id, children }: typeof node) => {
      ids.push(id);
      for (const child of children) collect(child);
    };
    collect(node);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('read out the energy', () => {
    expect(node.children[0]!.accessibilityLabel).toMatch(/^Line 4, ~.*J, .* %, .* MACs, conv2d ×3$/);
  });

  it('say why a model has no figures', () => {
    const unestimated = unestimatedNode(file, inspectedModel, 'There is no profile.');
    expect(unestimated).toMatchObject({ id: node.id, label: node.label, description: 'Energy unavailable: There is no profile.' });
    expect(unestimatedNode(file, inspectedModel, undefined)).toMatchObject({ id: node.id, description: 'estimating…' });
  });

  it('say a problem, and ask for a missing shape', () => {
    const problem = problemNode(file, { code: 'input-shape-needed', message: 'No shape.', exportName: 'createModel' }, 0);
    expect(problem).toMatchObject({ description: 'No shape.', asksShapeOf: { exportName: 'createModel' } });
  });
});
