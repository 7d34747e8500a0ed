/** What the explorer says about itself. */

/** @param {{live: boolean, quiet: boolean, meddled: boolean}} state */
export function statusOf({ live, quiet, meddled }) {
  if (live && quiet) {
    const reason = "The kernel does not answer: it may be busy with another cell, or gone.";
    return `${reason} The maps still follow your gates; the output is the last one that came.`;
  }
  if (live) return "";
  if (meddled) {
    const reason = "The network itself is not in this page:";
    return `${reason} the maps follow your gates, the output stays the network’s own.`;
  }
  const state = "A saved state: the maps follow your gates.";
  return `${state} For the output to follow, open it in a notebook, with explore(model, image).`;
}

/**
 * @param {object} state
 * @param {boolean} state.maps can they be seen?
 * @param {number} state.missing maps of those in sight that are not there
 * @param {number} state.kept maps of this block and input that are there
 * @param {boolean} state.live @param {string | null} state.rule
 * @param {string | undefined} state.other title of the input that it is compared with
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
  return `${first} The tick is what the network chose; a double click puts a bar back.`;
}
