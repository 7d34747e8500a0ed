/** Undo and redo. */

/**
 * Steps of one drag are one: `record` with the same `tag` within a moment replaces.
 * A tag that ends in "!" belongs to one gesture alone, however long the hand rests.
 * @template T @param {T} first
 */
export function history(first) {
  /** @type {T[]} */
  let past = [];
  /** @type {T[]} */
  let future = [];
  let now = first;
  let last = { tag: "", at: 0 };
  return {
    get now() {
      return now;
    },
    /** How many steps can be undone. */
    depth: () => past.length,
    canUndo: () => past.length > 0,
    canRedo: () => future.length > 0,
    /** @param {T} state @param {string} tag @param {number} at in ms */
    record(state, tag, at) {
      const near = at - last.at < 800 || tag.endsWith("!");
      const same = tag !== "" && tag === last.tag && near;
      if (same && JSON.stringify(state) === JSON.stringify(past.at(-1))) {
        this.undo(); // a gesture that came to nothing is no step
        future = [];
        return;
      }
      if (!same) past = [...past, now].slice(-200);
      last = { tag, at };
      future = [];
      now = state;
    },
    undo() {
      const before = past.at(-1);
      if (before === undefined) return now;
      past = past.slice(0, -1);
      future = [now, ...future];
      last = { tag: "", at: 0 };
      return (now = before);
    },
    redo() {
      const [next, ...rest] = future;
      if (next === undefined) return now;
      future = rest;
      past = [...past, now];
      last = { tag: "", at: 0 };
      return (now = next);
    },
  };
}
