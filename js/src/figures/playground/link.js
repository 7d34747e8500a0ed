/** The state in the page's address: `#digits=…`, beside those of other figures. */

import { decode, difference, encode } from "./state.js";

/** @param {string} key @param {string} [hash] @returns {string | null} */
const read = (key, hash = location.hash) => new URLSearchParams(hash.slice(1)).get(key);

/**
 * @param {string} key of this figure in the address
 * @param {any} start what need not be written
 */
export function link(key, start) {
  /** @param {any} state */
  async function address(state) {
    const changed = difference(state, start);
    const ours = location.hash.includes("=");
    if (!ours && !Object.keys(changed).length) return location.href; // "#some-heading" stays
    const parts = new URLSearchParams(ours ? location.hash.slice(1) : "");
    if (Object.keys(changed).length) parts.set(key, await encode(changed));
    else parts.delete(key);
    const url = new URL(location.href);
    url.hash = parts.toString();
    return url.href;
  }
  let last = read(key);
  return {
    address,
    /** What the address says now, if it is news. @returns {Promise<any>} rejects where it is damaged */
    async news() {
      const letters = read(key);
      if (letters === null || letters === last) return undefined;
      last = letters;
      return decode(letters);
    },
    /** What the address said when the page was opened. */
    first: async () => (last === null ? undefined : decode(last)),
    /** Keep the address up to date, without a step in the browser's history. @param {any} state */
    async write(state) {
      const href = await address(state);
      if (href === location.href) return;
      history.replaceState(history.state, "", href);
      last = read(key);
    },
  };
}
