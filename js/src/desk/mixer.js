/** The channels of a block side by side: their maps, and their gates as bars to move. */

import { bypass } from "../controls/controls.js";
import { h } from "../ground/dom.js";
import { card } from "./card.js";
import { afterGates, asItComes } from "./recalibrated.js";
import * as WORDS from "../words/mixer.js";

/** @typedef {import("../ground/plane.js").Plane} Plane */
/**
 * @typedef {object} Channels of a block, as they are to be shown
 * @property {number[]} order the channels in sight
 * @property {[number, number]} [range] of the gates, 0 to 1 if left out
 * @property {ArrayLike<number>} [gates] that go on; none where the block has no channel branch
 * @property {ArrayLike<number>} [bars] where they stand; at the gates if left out
 * @property {ArrayLike<number>} [own] where the ticks are
 * @property {ArrayLike<number>} [other] of the input that this one is compared with
 * @property {boolean} [fixed] the bars cannot be moved
 * @property {Plane} [mask] that goes on
 * @property {import("../gates/rules.js").Rule} [rule] Û is drawn by it; U where it is left out
 * @property {(channel: number) => Plane | undefined} map U of a channel
 * @property {(channel: number) => string} [remark] below its bar
 * @property {string} [absent] what stands in the place of a map that is not there
 * @property {number} [pull] the channel that carries the hint
 */

/**
 * @param {import("./card.js").Look & {onGate: (channel: number, gate: number) => void, invites?: string}} options
 *   invites: the words of a hint that is of no one channel, and stands above them
 */
export function mixer({ onGate, invites, ...look }) {
  const grid = h("div", { class: "scse-desk" });
  const past = bypass();
  const kind = invites ? "scse-pull scse-invite" : "scse-pull";
  const hint = h("div", { class: kind, "aria-hidden": true, text: invites ?? WORDS.pull });
  /** @type {ReturnType<typeof card>[]} */
  let cards = [];
  let made = "";

  /** Cards for so many channels; those that are not needed now are kept, out of sight. @param {number} count @param {[number, number]} range */
  function supply(count, range) {
    if (made !== range.join()) {
      cards = [];
      grid.replaceChildren();
      made = range.join();
    }
    while (cards.length < count) {
      const next = card(look, range, onGate);
      cards.push(next);
      grid.append(next.element);
    }
    cards.forEach(({ element }, i) => (element.hidden = i >= count));
  }

  /** Moved only where it has to be: its animation would begin anew. @param {HTMLElement | undefined} slider */
  function point(slider) {
    if (invites) return hint.classList.toggle("scse-none", !slider); // its line stays
    if (slider && hint.parentElement !== slider) slider.append(hint);
    hint.hidden = !slider;
  }

  return {
    grid,
    /** Where the hint is of no one channel: to be put above the grid. */
    hint,
    start: past.start,
    end: past.end,
    /** @param {Channels} channels */
    set({ order, range = [0, 1], gates, bars = gates, own, other, mask, rule, ...more }) {
      const { map, remark, absent = "", pull, fixed = false } = more;
      supply(order.length, range);
      past.set(gates ? order.length : 0);
      point(pull === undefined ? undefined : cards[order.indexOf(pull)]?.slider);
      order.forEach((channel, i) => {
        const u = map(channel);
        cards[i].set({
          channel,
          fixed,
          gate: bars?.[channel],
          own: own?.[channel],
          other: other?.[channel],
          remark: remark?.(channel) ?? "",
          absent,
          map: u && (rule ? afterGates(u, rule, gates?.[channel] ?? NaN, mask) : asItComes(u)),
        });
      });
    },
  };
}
