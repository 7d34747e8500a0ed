/** What the explorer says about itself. */

import { fixed } from "../../ground/dom.js";
import * as WORDS from "../../words/explorer.js";

/**
 * @param {object} state
 * @param {boolean} state.live is there a network?
 * @param {boolean} state.quiet does its kernel not answer?
 * @param {string} state.told what the engine says of itself
 * @param {boolean} state.edited
 * @param {string} [state.obstacle] why there is no network
 */
export function statusOf({ live, quiet, told, edited, obstacle }) {
  if (live) return quiet ? WORDS.quiet : told;
  if (edited) return obstacle ? WORDS.editedWhy(obstacle) : WORDS.edited;
  return obstacle ? WORDS.savedWhy(obstacle) : WORDS.saved;
}

/**
 * The line below the desk.
 * @param {object} state
 * @param {boolean} state.maps can they be seen?
 * @param {boolean} state.missing are some of those in sight not there?
 * @param {number} state.kept how many of this block and input are there
 * @param {boolean} state.live @param {string | null} state.rule
 * @param {string | undefined} state.other title of the input that is compared
 */
export function noteOf({ maps, missing, kept, live, rule, other }) {
  if (!maps) return WORDS.unseen;
  if (missing && !live) return kept ? WORDS.someMaps : WORDS.noMaps;
  if (!rule) return WORDS.noRule;
  return other ? WORDS.other(other) : WORDS.bars;
}

/**
 * What stands in the place of a map that is not there.
 * @param {object} state
 * @param {boolean} state.live is there a network?
 * @param {boolean} state.begun has it been asked?
 * @param {boolean} state.failed
 */
export function absentOf({ live, begun, failed }) {
  if (!live) return WORDS.absent.stored;
  if (failed) return WORDS.absent.failed;
  return begun ? WORDS.absent.coming : WORDS.absent.later;
}

/**
 * What stands below a bar.
 * @param {string} sort @param {number | undefined} score by which the channels are in this order
 * @param {number | undefined} other gate, of the input that is compared
 */
export function remarkOf(sort, score, other) {
  if (sort === "effect" && score !== undefined) return `Δ ${score.toPrecision(2)}`;
  if (sort === "similarity" && score !== undefined) return `r ${fixed(score)}`;
  return other === undefined ? "" : `• ${fixed(other, 3)}`;
}

/**
 * Module paths without the parts that all of them begin or end with.
 * @param {string[]} names @returns {string[]}
 */
export function shorten(names) {
  const paths = names.map((name) => name.split("."));
  const most = Math.min(...paths.map((path) => path.length)) - 1;
  const shared = (/** @type {(path: string[], i: number) => string | undefined} */ part) => {
    let n = 0;
    while (n < most && paths.every((path) => part(path, n) === part(paths[0], n))) n++;
    return n;
  };
  if (names.length < 2) return names;
  const front = shared((path, i) => path[i]);
  const back = Math.min(
    shared((path, i) => path[path.length - 1 - i]),
    most - front,
  );
  return paths.map((path) => path.slice(front, path.length - back).join("."));
}
