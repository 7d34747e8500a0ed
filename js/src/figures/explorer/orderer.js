/** The order of the channels: at once where it is known, after some work where it is not. */

import { button, choice } from "../../controls/controls.js";
import { fixed, h } from "../../ground/dom.js";
import { apart, chain, descending, normal } from "../../desk/order.js";

/** @typedef {import("./stored.js").Block} Block */
/** @typedef {import("./asker.js").Scene} Scene */

const LABELS = [
  { value: "index", label: "number" },
  { value: "gate", label: "gate", title: "highest gate first" },
  { value: "effect", label: "effect", title: "how much the output changes when the gate is 0" },
  { value: "similarity", label: "similarity", title: "each map beside the one it resembles most" },
  { value: "difference", label: "difference", title: "between the gates of the two inputs" },
];

/**
 * @param {object} options
 * @param {ReturnType<typeof import("./asker.js").asker> | undefined} options.ask
 * @param {boolean} options.live
 * @param {() => void} options.onOrder there is a new order
 * @param {(changes: Record<string, unknown>) => void} options.set
 */
export function orderer({ ask, live, onOrder, set }) {
  const chooser = choice({
    label: "Order of the channels",
    name: "sort",
    options: LABELS.filter(({ value }) => live || (value !== "effect" && value !== "similarity")),
    onInput: (sort) => set({ sort }),
  });
  const bar = h("progress", {
    class: "scse-progress",
    max: 1,
    "aria-label": "Working out the order",
  });
  const cancel = button("Cancel", "cancel", () => {
    work?.abort();
    set({ sort: "index" });
  });
  const working = h("span", { class: "scse-working", hidden: true }, bar, cancel);

  /** @type {Map<string, {order: number[], scores: ArrayLike<number>}>} */
  const known = new Map();
  /** @type {AbortController | undefined} */
  let work;
  let wanted = "";
  let failed = ""; // is not tried again and again
  const trouble = h("span", { class: "scse-note", role: "status", "data-name": "order-trouble" });
  /** What stands below each bar. @type {{sort: string, scores: ArrayLike<number>} | undefined} */
  let remarks;
  let arranged = "";

  /** @param {string} key @param {string} sort @param {Scene} scene @param {Block} block @param {number} first */
  async function find(key, sort, scene, block, first) {
    work?.abort();
    const { signal } = (work = new AbortController());
    working.hidden = false;
    bar.value = 0;
    try {
      if (sort === "effect") {
        const scores = await ask?.effects(
          scene,
          block.channels,
          signal,
          (_, done) => (bar.value = done),
        );
        if (scores) known.set(key, { order: descending(scores), scores });
      } else {
        const maps = await ask?.allMaps(
          scene,
          block.channels,
          signal,
          (done) => (bar.value = done),
        );
        if (maps) {
          const all = Array.from({ length: block.channels }, (_, k) => {
            const { data, height, width } = /** @type {import("./stored.js").Plane} */ (
              maps.get(k)
            );
            return normal(data, height, width);
          });
          const { order, similarity } = chain(all, first);
          known.set(key, { order, scores: similarity });
        }
      }
    } catch (error) {
      failed = key;
      trouble.textContent = `This order could not be worked out: ${/** @type {Error} */ (error).message}`;
    }
    if (signal.aborted) return;
    working.hidden = true;
    work = undefined;
    onOrder();
  }

  return {
    element: h("div", { class: "scse-sorting" }, chooser.element, working, trouble),
    stop: () => work?.abort(),
    /**
     * @param {ReturnType<typeof import("./desk.js").desk>} table
     * @param {{scene: Scene, block: Block, b: number, own: ArrayLike<number> | undefined,
     *          other: ArrayLike<number> | undefined, compare: number, sort: string}} state
     */
    arrange(table, { scene, block, own, other, compare, sort }) {
      chooser.set(sort);
      chooser.element.hidden = !block.channel;
      const { picture, slice } = scene;
      const key = JSON.stringify([sort, block.name, picture, slice ?? null]);
      const numbers = Array.from({ length: block.channels }, (_, k) => k);
      /** @type {{order: number[], scores?: ArrayLike<number>}} */
      let found = { order: numbers };
      if (own && sort === "gate") found = { order: descending(own) };
      if (own && other && sort === "difference") {
        const scores = apart(own, other);
        found = { order: descending(scores), scores };
      }
      const laborious = sort === "effect" || sort === "similarity";
      if (laborious) found = known.get(key) ?? found;
      if (failed !== key) failed = trouble.textContent = "";
      if (laborious && ask && block.channel && !known.has(key) && !failed) {
        if (wanted !== key || !work) {
          wanted = key;
          void find(key, sort, scene, block, own ? descending(own)[0] : 0);
        }
      } else if (work) {
        work.abort();
        work = undefined;
        working.hidden = true;
      }
      // Not while a bar is dragged: it would run away from under the pointer.
      const arrangement = JSON.stringify([
        [key, found.order === numbers, sort === "difference" ? compare : 0],
        scene.block,
      ]);
      if (arrangement !== arranged) {
        const same = arranged !== "" && JSON.parse(arranged)[1] === scene.block && sort === "index";
        table.setOrder(found.order, same);
        arranged = arrangement;
      }
      remarks = found.scores && { sort, scores: found.scores };
    },
    /** @param {number} k @param {number | undefined} other */
    remark(k, other) {
      if (remarks?.sort === "effect") return `Δ ${remarks.scores[k].toPrecision(2)}`;
      if (remarks?.sort === "similarity") return `r ${fixed(remarks.scores[k])}`;
      return other === undefined ? "" : `• ${fixed(other, 3)}`;
    },
  };
}
