/** The order of the channels: at once where it is known, after some labour where it is not. */

import { apart, descending } from "../../desk/order.js";
import * as WORDS from "../../words/explorer.js";

/** @typedef {import("./labour.js").Labour} Labour */
/** @typedef {import("./memory.js").Scene} Scene */
/** @typedef {Pick<import("./model.js").State, "sort" | "compare">} Choice */
/** @typedef {Pick<import("./model.js").Shown, "scene" | "block" | "first" | "other">} Channels */
/**
 * @typedef {object} Arranged
 * @property {string} key another one, another order
 * @property {number[]} order @property {ArrayLike<number>} [scores] that it comes from
 * @property {boolean} working @property {string} trouble in words
 */

/** Is this an order that takes runs of the network? @param {string} sort @returns {sort is keyof Labour} */
export const laborious = (sort) => sort === "effect" || sort === "similarity";

/** What needs no labour. @param {string} sort @param {Channels} channels */
function atOnce(sort, { block, first, other }) {
  if (first && sort === "gate") return { order: descending(first) };
  if (first && other && sort === "difference") {
    const scores = apart(first, other);
    return { order: descending(scores), scores };
  }
  return { order: Array.from({ length: block.channels }, (_, k) => k) };
}

/**
 * @param {object} options
 * @param {Labour | undefined} options.labour none without an engine
 * @param {(done: number) => void} options.onStep how far the work is, 0..1
 * @param {() => void} options.onOrder it is done
 */
export function orders({ labour, onStep, onOrder }) {
  /** @type {Map<string, import("./labour.js").Found>} */
  const known = new Map();
  /** @type {{key: string, stop: () => void} | undefined} */
  let work;
  let failed = { key: "", message: "" }; // is not tried again and again

  function stop() {
    work?.stop();
    work = undefined;
  }

  /** @param {string} key @param {Channels} channels @param {Labour[keyof Labour]} find */
  async function begin(key, { scene, block, first: gates }, find) {
    stop();
    const breaker = new AbortController();
    const { signal } = breaker;
    work = { key, stop: () => breaker.abort() };
    onStep(0);
    try {
      const first = gates ? descending(gates)[0] : 0;
      const found = await find({ scene, channels: block.channels, first, signal, onStep });
      if (found) known.set(key, found);
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      failed = { key, message: WORDS.noOrder(message) };
    }
    if (signal.aborted) return;
    work = undefined;
    onOrder();
  }

  return {
    stop,
    /** @param {Choice} choice @param {Channels} channels @returns {Arranged} */
    arrange({ sort, compare }, channels) {
      const { scene, block, other } = channels;
      const key = JSON.stringify([sort, block.name, scene.picture, scene.slice ?? null]);
      const find = labour && block.channel && laborious(sort) ? labour[sort] : undefined;
      if (failed.key !== key) failed = { key: "", message: "" };
      const missing = find && !known.has(key) && !failed.key;
      if (!missing) stop();
      else if (work?.key !== key) void begin(key, channels, find);
      const found = known.get(key);
      // Not by the gates alone: while a bar is dragged, its card must not run away.
      const there = [sort === "difference" ? [compare, Boolean(other)] : Boolean(found)];
      return {
        ...(found ?? atOnce(sort, channels)),
        key: JSON.stringify([key, there]),
        working: work !== undefined,
        trouble: failed.message,
      };
    },
  };
}
