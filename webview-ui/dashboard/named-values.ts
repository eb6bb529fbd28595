/** All names of some lists in their order: what one list has and another has not goes where its neighbours are. */
export function namesInOrder(lists: readonly (readonly string[])[]): string[] {
  const order: string[] = [];
  for (const names of lists) {
    let place = 0;
    for (const name of names) {
      const known = order.indexOf(name);
      if (known < 0) order.splice(place, 0, name);
      place = (known < 0 ? place : known) + 1;
    }
  }
  return order;
}

/** Values of some names in the order of others; undefined for those that have none. */
export function byName(wanted: readonly string[], names: readonly string[], values: readonly number[]): (number | undefined)[] {
  const known = new Map(names.map((name, place) => [name, values[place]!]));
  return wanted.map((name) => known.get(name));
}
