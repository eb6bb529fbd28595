/**
 * Estimates whose searches for mappings take long, in slices: what was searched is remembered, so an estimate that was broken off goes on where
 * it was when it is asked for again. An editor's thread can draw and listen in between.
 */

class SliceOver extends Error {}

let slice: { readonly end: number; searched: boolean } | undefined;

/**
 * Computes something for about so many milliseconds: until the search that comes after them, and for one search at least.
 * @returns undefined where it was not done; then ask again.
 * @throws what `compute` throws.
 */
export function withinSlice<T>(milliseconds: number, compute: () => T): { readonly value: T } | undefined {
  slice = { end: performance.now() + milliseconds, searched: false };
  try {
    return { value: compute() };
  } catch (error) {
    if (error instanceof SliceOver) return undefined;
    throw error;
  } finally {
    slice = undefined;
  }
}

/** To be called before each search whose result is remembered. */
export function beforeSearch(): void {
  if (!slice) return;
  if (slice.searched && performance.now() > slice.end) throw new SliceOver();
  slice.searched = true;
}
