import { windowFields } from './shared-fields';

/** What goes over images pixel by pixel or window by window without weights. */

const poolingFields = {
  ...windowFields,
  padTop: 'integer',
  padLeft: 'integer',
  sourceHeight: 'integer',
  sourceWidth: 'integer',
  channels: 'integer',
} as const;

const boxFields = {
  /** An image of height × width × channels inside one of wholeHeight × wholeWidth × wholeChannels, from (top, left, offset) on. */
  height: 'integer',
  width: 'integer',
  channels: 'integer',
  wholeHeight: 'integer',
  wholeWidth: 'integer',
  wholeChannels: 'integer',
  top: 'integer',
  left: 'integer',
  offset: 'integer',
} as const;

export const imageLayouts = {
  activation: { x: 'place', y: 'result', elements: 'integer', perSample: 'integer', function: 'integer' },
  activationGradient: { y: 'place', dy: 'place', dx: 'result', elements: 'integer', perSample: 'integer', function: 'integer' },
  add: { a: 'place', b: 'place', y: 'result', elements: 'integer', perSample: 'integer' },
  copy: { x: 'place', y: 'result', elements: 'integer', perSample: 'integer' },
  maxPooling: { x: 'place', y: 'result', ...poolingFields },
  maxPoolingGradient: { x: 'place', y: 'place', dy: 'place', dx: 'result', ...poolingFields },
  averagePooling: { x: 'place', y: 'result', ...poolingFields },
  averagePoolingGradient: { dy: 'place', dx: 'result', ...poolingFields },
  globalAveragePooling: { x: 'place', y: 'result', pixels: 'integer', channels: 'integer' },
  globalAveragePoolingGradient: { dy: 'place', dx: 'result', pixels: 'integer', channels: 'integer' },
  /** part → whole; with `clear`, zeros around it. */
  intoBox: { part: 'place', whole: 'result', clear: 'integer', ...boxFields },
  fromBox: { whole: 'place', part: 'result', ...boxFields },
  /** Forward and gradient alike: y = x · mask / (1 − rate). */
  dropout: { x: 'place', y: 'result', seed: 'place', elements: 'integer', rate: 'float' },
} as const;
