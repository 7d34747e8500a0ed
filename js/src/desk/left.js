/**
 * A figure as it was left: who goes on to another page and comes back, or loads the page again,
 * finds it so. Who opens the page anew does not. (The state of the browser's history would be the
 * place for it, but Sphinx empties that in every page that it opens.)
 */

import { tab } from "../ground/tab.js";

/** How this page was reached. */
const arrival = () =>
  /** @type {PerformanceNavigationTiming | undefined} */ (
    performance.getEntriesByType("navigation")[0]
  )?.type;

/**
 * @param {string} key of the figure on this page
 * @param {Pick<Storage, "getItem" | "setItem" | "removeItem"> | undefined} [storage]
 * @param {string} [how] the page was reached
 */
export function left(key, storage = tab(), how = arrival()) {
  const name = `scse-left ${location.pathname} ${key}`;
  if (how !== "back_forward" && how !== "reload") storage?.removeItem(name);
  return {
    /** @returns {unknown} undefined if nothing was left */
    recall() {
      try {
        return JSON.parse(storage?.getItem(name) ?? "null") ?? undefined;
      } catch {
        return undefined;
      }
    },
    /** @param {object} changes what differs from the state in which the page opens */
    keep(changes) {
      try {
        storage?.setItem(name, JSON.stringify(changes));
      } catch {
        // Full, or refused: then it is not kept.
      }
    },
  };
}
