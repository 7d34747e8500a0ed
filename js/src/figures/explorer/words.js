/** What the explorer says about itself. */

import { fixed } from "../../ground/dom.js";

/**
 * @param {object} state
 * @param {boolean} state.live is there a network?
 * @param {boolean} state.quiet does its kernel not answer?
 * @param {string} state.told what the engine says of itself
 * @param {boolean} state.edited
 * @param {string} [state.obstacle] why there is no network
 */
export function statusOf({ live, quiet, told, edited, obstacle }) {
  if (live && quiet) {
    const reason = "The kernel does not answer: it may be busy with another cell, or gone.";
    return `${reason} The maps still follow your gates; the output is the last one that came.`;
  }
  if (live) return told;
  const why = obstacle ? ` (${obstacle})` : "";
  if (edited) {
    const reason = `The network itself is not in this page${why}:`;
    return `${reason} the maps follow your gates, the output stays the network’s own.`;
  }
  const state = `A saved state${why}: the maps follow your gates.`;
  return `${state} For the output to follow, open it in a notebook, with explore(model, image).`;
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
  if (!maps) return "The maps that these gates go to cannot be seen from outside.";
  if (missing && !live && !kept) {
    return "To keep this page small, no maps of this block and input are in it.";
  }
  if (missing && !live) {
    const reason = "To keep this page small, only the maps of the channels with the highest gates";
    return `${reason} are in it: order them by gate to see those.`;
  }
  if (!rule) {
    const reason = "How this block applies its gates was not found out:";
    return `${reason} the maps shown are U, before the gates.`;
  }
  if (other) return `Bar: gate. Tick: the network’s own. Dot: “${other}”.`;
  const first = "Each bar is the gate of its map; drag it.";
  return `${first} The tick is what the network chose; double click or Delete puts a bar back.`;
}

/**
 * What stands in the place of a map that is not there.
 * @param {object} state
 * @param {boolean} state.live is there a network?
 * @param {boolean} state.begun has it been asked?
 * @param {boolean} state.failed
 */
export function absentOf({ live, begun, failed }) {
  if (!live) return "not stored";
  if (failed) return "did not come";
  return begun ? "is being brought" : "comes once you use the figure";
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
