/** From a state to what is seen of it: asks, draws, times, and says so where no engine answers. */

import { viewOf } from "./model.js";
import * as WORDS from "../../words/playground.js";

/** @typedef {import("./scene.js").Picture} Picture */
/** @typedef {import("./state.js").State} State */

/**
 * @param {object} options
 * @param {ReturnType<typeof import("./asker.js").asker>} options.networks
 * @param {(state: State) => import("./scene.js").Seen | undefined} options.stored
 * @param {ReturnType<typeof import("./view.js").view>} options.view
 * @param {ReturnType<typeof import("./stopwatch.js").stopwatch>} options.watch
 * @param {HTMLElement} options.root says in `data-asked` how often it was asked, in `data-answered`
 *   which of these was answered last
 * @param {(text: string) => void} options.say
 * @param {ReturnType<typeof import("../../engine/here.js").firstUse>} options.use until then what is
 *   stored is enough
 * @param {(view: import("./model.js").View) => void} options.measure the answer to the present state
 */
export function answering({ networks, stored, view, watch, root, say, use, measure }) {
  let working = false; // has the engine answered the last time?
  let round = 0;

  /** @param {State} state @param {Error} error */
  function failed(state, { message }) {
    view.load();
    working = false;
    const kept = stored(state);
    view.tell(kept ? WORDS.stored(message) : message);
    if (!kept) view.clear();
    root.setAttribute("data-answered", "failed");
  }

  /** @param {State} state @param {Picture} picture */
  async function ask(state, picture) {
    const mine = ++round;
    root.setAttribute("data-asked", String(mine));
    const latest = () => mine === round;
    try {
      const done = await networks.ask({ state, picture });
      if (!done) return;
      view.load();
      const shown = viewOf(done);
      const words = view.draw(shown);
      if (latest()) measure(shown);
      if (latest()) view.time(watch.stop(working));
      working = true;
      if (!latest()) return;
      root.setAttribute("data-answered", String(round));
      say(words);
      if (!state.compare) return;
      await view.compare(picture, (network) => networks.own(network, picture, ""), latest);
    } catch (error) {
      failed(state, /** @type {Error} */ (error));
    }
  }

  /** What was stored stands until the engine has answered. @param {State} state @param {Picture} picture */
  return function show(state, picture) {
    const kept = working ? undefined : stored(state);
    if (kept) {
      const shown = viewOf({ state, picture, own: kept, answer: kept, gates: {} });
      view.draw(shown);
      measure(shown);
    }
    if (use.begun()) ask(state, picture);
  };
}
