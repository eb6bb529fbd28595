/** Groups of fields that several kernels have in common. */

/** The source image, and where it lies as seen from where the window or the first tile starts. */
export const sourceFields = {
  sourceHeight: 'integer',
  sourceWidth: 'integer',
  sourceChannels: 'integer',
  top: 'integer',
  left: 'integer',
} as const;

/** How the source image is laid into a zero-bordered copy: pixel (i, j) goes to (top + i·spacing, left + j·spacing); what falls outside is cropped. */
export const borderFields = {
  ...sourceFields,
  spacingHeight: 'integer',
  spacingWidth: 'integer',
  paddedHeight: 'integer',
  paddedWidth: 'integer',
} as const;

/** The window, in pixels of what it slides over. */
export const windowFields = {
  kernelHeight: 'integer',
  kernelWidth: 'integer',
  strideHeight: 'integer',
  strideWidth: 'integer',
  dilationHeight: 'integer',
  dilationWidth: 'integer',
  outputHeight: 'integer',
  outputWidth: 'integer',
} as const;

/** Ranges of the input and of the output gradient where their levels are multiplied (PSG's predictor); none where it is their values. */
export const levelFields = {
  range: 'place',
  gradientRange: 'place',
  bits: 'integer',
  isSigned: 'integer',
  gradientBits: 'integer',
} as const;
