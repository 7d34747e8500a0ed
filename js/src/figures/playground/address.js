/** The state in the page's address: taken from it, kept up to date in it, handed on as a link. */

import { link } from "../../desk/link.js";
import * as WORDS from "../../words/playground.js";

/** @typedef {import("./state.js").State} State */

/**
 * @param {import("./model.js").Manifest} manifest
 * @param {{complain: (text: string) => void}} view
 */
export function addressing({ task, start }, view) {
  const address = link(task, start);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let writing;
  return {
    key: task,
    address: address.address,
    /** A link to be taken along. @param {State} state */
    share(state) {
      view.complain(state.source === "own" ? WORDS.linkWithout : "");
      return address.address(state);
    },
    /**
     * What the address says, now and whenever it changes.
     * @param {(changed: unknown) => void} arrive @param {AbortSignal} signal
     */
    follow(arrive, signal) {
      const fail = (/** @type {Error} */ error) => view.complain(error.message);
      const news = (/** @type {unknown} */ changed) => changed === undefined || arrive(changed);
      address.first().then(news, fail);
      const listen = () => address.news().then(news, fail);
      window.addEventListener("hashchange", listen, { signal });
    },
    /** When the reader rests. @param {State} state */
    write(state) {
      clearTimeout(writing);
      if (state.source !== "own") writing = setTimeout(() => address.write(state), 300);
    },
  };
}
