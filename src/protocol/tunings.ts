/**
 * The changes of a live run that hold, of all that its record tells of, in the order in which they were made. A kill takes a run back to its last
 * checkpoint; a change that is then made goes over those that were made for later iterations before the kill.
 */
export function tuningsThatHold<T extends { readonly iteration: number }>(recorded: readonly T[]): T[] {
  return recorded.reduce<T[]>((held, next) => [...held.filter(({ iteration }) => iteration <= next.iteration), next], []);
}
