/** From a state to what is seen of it: asks, draws, times, and says so where no engine answers. */

import { viewOf } from "./model.js";

/** @typedef {import("./scene.js").Picture} Picture */
/** @typedef {import("./state.js").State} State */

/**
 * @param {object} options
 * @param {ReturnType<typeof import("./asker.js").asker>} options.networks
 * @param {(state: State) => import("./scene.js").Seen | undefined} options.stored
 * @param {ReturnType<typeof import("./view.js").view>} options.view
 * @param {ReturnType<typeof import("./stopwatch.js").stopwatch>} options.watch
 * @param {HTMLElement} options.root says in `data-answered` how often it was answered
 * @param {(text: string) => void} options.say
 */
export function answering({ networks, stored, view, watch, root, say }) {
  let working = false; // has the engine answered the last time?
  let round = 0;

  /** @param {State} state @param {Error} error */
  function failed(state, { message }) {
    view.load();
    working = false;
    const kept = stored(state);
    view.tell(kept ? `${message} What you see was stored.` : message);
    if (!kept) view.clear();
    root.setAttribute("data-answered", "failed");
  }

  /** @param {State} state @param {Picture} picture */
  async function ask(state, picture) {
    const mine = ++round;
    const latest = () => mine === round;
    try {
      const done = await networks.ask({ state, picture });
      if (!done) return;
      view.load();
      const words = view.draw(viewOf(done));
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
    if (kept) view.draw(viewOf({ state, picture, own: kept, answer: kept, gates: {} }));
    ask(state, picture);
  };
}
