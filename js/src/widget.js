/** What every widget shares: mounting, its state in the model, its message line. */

import { announcer } from "./controls/controls.js";
import { h } from "./ground/dom.js";
import { unpack } from "./ground/unpack.js";

/**
 * The part of anywidget's model that is used here; the page's own host has no more.
 * https://anywidget.dev/en/afm/
 * @typedef {Pick<import("@anywidget/types").AnyModel, "get" | "set" | "on" | "off" | "save_changes" | "send">} Model
 */
/**
 * What a host hands on besides: a page without a kernel says where its files are, null where it was
 * saved on its own.
 * @typedef {{assets?: URL | null}} Experimental
 */

/** @typedef {Record<string, Uint8Array | Float64Array>} Arrays */
/**
 * Says what is wrong with a value, or returns undefined; `get` gives the other traits.
 * @typedef {(value: unknown, get: (name: string) => unknown) => string | undefined} Check
 */

/**
 * @template M what Python describes
 * @template {object} S the traits that a reader or a kernel sets
 * @typedef {object} Context
 * @property {HTMLElement} root where the widget goes
 * @property {M} manifest
 * @property {Arrays} arrays
 * @property {<K extends keyof S>(trait: K) => S[K]} get a trait; its last valid value if it is
 *   invalid
 * @property {(changes: Partial<S>) => void} set
 * @property {(text: string) => void} say to screen readers, once things are still
 * @property {Model} model for what goes beyond traits: messages to a kernel
 * @property {Experimental | undefined} experimental
 * @property {AbortSignal} signal fires when the view is taken away
 */

/** @type {WeakMap<object, Promise<Arrays>>} */
const unpacked = new WeakMap();

/** The arrays of a model, unpacked once for all of its views. @param {Model} model @param {Record<string, import("./ground/unpack.js").Entry>} entries */
function arraysOf(model, entries) {
  let arrays = unpacked.get(model);
  if (!arrays) unpacked.set(model, (arrays = unpack(model.get("packed"), entries)));
  return arrays;
}

/**
 * The traits as far as they are valid: a bad value is told, and the last good one stays.
 * @param {Model} model @param {Record<string, Check>} checks @param {Record<string, unknown>} defaults
 * @param {(text: string) => void} tell "" when all is well
 */
function validated(model, checks, defaults, tell) {
  /** @type {Record<string, unknown>} */
  const valid = {};
  return {
    valid,
    validate() {
      const problems = [];
      for (const [trait, check] of Object.entries(checks)) {
        const value = model.get(trait);
        const problem = check(value, (name) => model.get(name));
        if (problem === undefined) valid[trait] = value;
        else problems.push(`${trait} ${problem}, got ${JSON.stringify(value)}.`);
        if (!(trait in valid)) valid[trait] = defaults[trait];
      }
      tell(problems.join(" "));
    },
  };
}

const PAUSE = 120; // ms of rest after which a kernel is told: it need not see every step of a drag

/**
 * What the reader set and the kernel has not been told yet.
 * @param {Model} model
 */
function outbox(model) {
  /** @type {Map<string, unknown>} */
  const unsent = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let saving;
  return {
    /** @param {Record<string, unknown>} changes */
    put(changes) {
      for (const [trait, value] of Object.entries(changes)) unsent.set(trait, value);
      clearTimeout(saving);
      saving = setTimeout(() => {
        unsent.clear();
        model.save_changes();
      }, PAUSE);
    },
    /** A kernel repeats what it is told: the echo of an older value must not undo a newer one. */
    insist() {
      for (const [trait, value] of unsent) if (model.get(trait) !== value) model.set(trait, value);
    },
    stop: () => clearTimeout(saving),
  };
}

/**
 * Make an AFM module of a widget.
 * @template M
 * @template {object} S
 * @param {string} name the widget's class in the style sheet
 * @param {(manifest: M) => Record<keyof S & string, Check>} checks of the traits
 * @param {(context: Context<M, S>) => () => void} build the elements; returns how to update them
 */
export function widget(name, checks, build) {
  /** @param {{model: Model, el: HTMLElement, experimental?: Experimental}} view */
  async function render({ model, el, experimental }) {
    const root = h("div", { class: `scse-widget scse-${name}` });
    const message = h("p", { class: "scse-message", role: "alert", hidden: true });
    const voice = announcer();
    el.append(h("div", { class: "scse" }, message, root, voice.element));
    /** @param {string} text */
    const tell = (text) => {
      message.hidden = text === "";
      message.textContent = text;
    };

    /** @type {M & {arrays: Record<string, import("./ground/unpack.js").Entry>, defaults: Record<string, unknown>}} */
    const manifest = JSON.parse(model.get("manifest"));
    const arrays = await arraysOf(model, manifest.arrays).catch((error) => {
      tell(`This figure's data could not be read: ${error}.`);
      throw error;
    });

    const rules = checks(manifest);
    const traits = Object.keys(rules);
    const { valid, validate } = validated(model, rules, manifest.defaults, tell);
    const out = outbox(model);
    const gone = new AbortController();
    let frame = 0;
    /** @type {() => void} */
    let update = () => {};
    function changed() {
      out.insist();
      validate();
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => update());
    }
    validate();
    update = build({
      root,
      manifest,
      arrays,
      get: (trait) => /** @type {S} */ (valid)[trait],
      set(changes) {
        out.put(/** @type {Record<string, unknown>} */ (changes));
        changed();
      },
      say: voice.say,
      model,
      experimental,
      signal: gone.signal,
    });
    update();
    for (const trait of traits) model.on(`change:${trait}`, changed);
    root.setAttribute("data-ready", "");
    return () => {
      gone.abort();
      for (const trait of traits) model.off(`change:${trait}`, changed);
      cancelAnimationFrame(frame);
      out.stop();
      voice.stop();
    };
  }
  return { render };
}

/** @param {number} n @returns {Check} */
export const index = (n) => (value) =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value < n
    ? undefined
    : `must be 0 to ${n - 1}`;

/** @param {readonly string[]} options @returns {Check} */
export const oneOf = (options) => (value) =>
  typeof value === "string" && options.includes(value)
    ? undefined
    : `must be one of ${options.join(", ")}`;

/**
 * Empty, or so many numbers in a range.
 * @param {number} n @param {number} low @param {number} high @returns {Check}
 */
export const numbers = (n, low, high) => (value) =>
  Array.isArray(value) &&
  (value.length === 0 ||
    (value.length === n && value.every((v) => typeof v === "number" && v >= low && v <= high)))
    ? undefined
    : `must be empty or ${n} numbers between ${low} and ${high}`;
