/**
 * Whether batch norm takes the batch's statistics and dropout drops (`train`), or running statistics and nothing is dropped (`inference`);
 * `observe` passes as inference would, but with the batch's statistics, which it adds to the running ones as training does.
 */
export type ForwardMode = 'train' | 'observe' | 'inference';
