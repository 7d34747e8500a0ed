/**
 * What came of a puzzle, for as long as the tab is open: one entry a puzzle, under
 * `scse-puzzle <page>/<slug>`, which book/site_assets/answer_sheet.js lists.
 */

import { tab } from "../ground/tab.js";

/**
 * @typedef {object} Outcome
 * @property {"tried" | "shown" | "solved"} outcome whichever of solved and shown came first
 * @property {number} moves of the solution; else 0
 */

/** The page, as the build of the book calls it. @param {string} [path] */
export const pageOf = (path = globalThis.location?.pathname ?? "") =>
  /** @type {string} */ (path.split("/").at(-1)).replace(/\.html$/, "") || "index";

/**
 * @param {string} slug
 * @param {Pick<Storage, "getItem" | "setItem"> | undefined} [storage]
 * @param {string} [page]
 */
export function outcome(slug, storage = tab(), page = pageOf()) {
  const key = `scse-puzzle ${page}/${slug}`;
  function before() {
    try {
      return JSON.parse(storage?.getItem(key) ?? "null")?.outcome;
    } catch {
      return undefined;
    }
  }
  return {
    /** @param {Outcome["outcome"]} what @param {number} [moves] */
    keep(what, moves = 0) {
      const present = before();
      if (present === what || present === "solved" || present === "shown") return;
      try {
        storage?.setItem(key, JSON.stringify({ outcome: what, moves }));
      } catch {
        // Full, or refused: then it is not remembered.
      }
    },
  };
}
