/** What every widget shares: mounting, its state in the model, its message line. */

import { announcer } from "./controls/controls.js";
import { h } from "./ground/dom.js";
import { unpack } from "./ground/unpack.js";

/**
 * The part of anywidget's model that is used here, https://anywidget.dev/en/afm/.
 * @typedef {object} Model
 * @property {(name: string) => any} get
 * @property {(name: string, value: unknown) => void} set
 * @property {() => void} save_changes
 * @property {(content: any, callbacks?: any, buffers?: ArrayBufferView[]) => void} send
 * @property {(event: string, callback: (...args: any[]) => void) => void} on
 * @property {(event: string, callback: (...args: any[]) => void) => void} off
 */

/** @typedef {Record<string, Uint8Array | Float64Array>} Arrays */
/**
 * Says what is wrong with a value, or returns undefined; `get` gives the other traits.
 * @typedef {(value: any, get: (name: string) => any) => string | undefined} Check
 */

/**
 * @typedef {object} Context
 * @property {HTMLElement} root where the widget goes
 * @property {any} manifest
 * @property {Arrays} arrays
 * @property {(name: string) => any} get a trait; its last valid value if it is invalid
 * @property {(changes: Record<string, unknown>) => void} set
 * @property {(text: string) => void} say to screen readers, once things are still
 * @property {Model} model for what goes beyond traits: messages to a kernel
 * @property {any} experimental of AFM; in a page of the book with `assets`, the address of its
 *   files, which is null in a page saved on its own
 * @property {AbortSignal} signal fires when the view is taken away
 */

/** @type {WeakMap<object, Promise<Arrays>>} */
const unpacked = new WeakMap();

/**
 * Make an AFM module of a widget.
 * @param {string} name the widget's class in the style sheet
 * @param {(manifest: any) => Record<string, Check>} checks of the traits a reader or kernel sets
 * @param {(context: Context) => () => void} build the elements; returns how to update them
 */
export function widget(name, checks, build) {
  /** @param {{model: Model, el: HTMLElement, experimental?: any}} view */
  async function render({ model, el, experimental }) {
    const root = h("div", { class: `scse-widget scse-${name}` });
    const message = h("p", { class: "scse-message", role: "alert", hidden: true });
    const voice = announcer();
    el.append(h("div", { class: "scse" }, message, root, voice.element));

    const manifest = JSON.parse(model.get("manifest"));
    let arrays = unpacked.get(model);
    if (!arrays) unpacked.set(model, (arrays = unpack(model.get("packed"), manifest.arrays)));
    const loaded = await arrays.catch((error) => {
      message.hidden = false;
      message.textContent = `This figure's data could not be read: ${error}.`;
      throw error;
    });

    const rules = checks(manifest);
    /** @type {Record<string, unknown>} */
    const valid = {};
    function validate() {
      const problems = [];
      for (const [trait, check] of Object.entries(rules)) {
        const value = model.get(trait);
        const problem = check(value, (name) => model.get(name));
        if (problem === undefined) valid[trait] = value;
        else problems.push(`${trait} ${problem}, got ${JSON.stringify(value)}.`);
      }
      message.hidden = problems.length === 0;
      message.textContent = problems.join(" ");
      for (const trait of Object.keys(rules)) {
        if (!(trait in valid)) valid[trait] = manifest.defaults[trait];
      }
    }

    const gone = new AbortController();
    let frame = 0;
    /** @type {() => void} */
    let update = () => {};
    /** @type {Map<string, unknown>} what the reader set and the kernel has not been told yet */
    const unsent = new Map();
    function changed() {
      // A kernel repeats what it is told: the echo of an older value must not undo a newer one.
      for (const [trait, value] of unsent) if (model.get(trait) !== value) model.set(trait, value);
      validate();
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => update());
    }
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let saving;
    const context = {
      root,
      manifest,
      arrays: loaded,
      get: (/** @type {string} */ trait) => valid[trait],
      set(/** @type {Record<string, unknown>} */ changes) {
        for (const [trait, value] of Object.entries(changes)) unsent.set(trait, value);
        changed();
        clearTimeout(saving); // a kernel need not see every step of a drag
        saving = setTimeout(() => {
          unsent.clear();
          model.save_changes();
        }, 120);
      },
      say: voice.say,
      model,
      experimental,
      signal: gone.signal,
    };
    validate();
    update = build(context);
    update();
    for (const trait of Object.keys(rules)) model.on(`change:${trait}`, changed);
    root.setAttribute("data-ready", "");
    return () => {
      gone.abort();
      for (const trait of Object.keys(rules)) model.off(`change:${trait}`, changed);
      cancelAnimationFrame(frame);
      clearTimeout(saving);
      voice.stop();
    };
  }
  return { render };
}

/** @param {number} n @returns {Check} */
export const index = (n) => (value) =>
  Number.isInteger(value) && value >= 0 && value < n ? undefined : `must be 0 to ${n - 1}`;

/** @param {string[]} options @returns {Check} */
export const oneOf = (options) => (value) =>
  options.includes(value) ? undefined : `must be one of ${options.join(", ")}`;

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
