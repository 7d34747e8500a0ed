/**
 * What every widget shares: mounting, its state in the model, its message line, undo and redo,
 * states that come from the text or from a link, its tour and puzzles, and what a class sees of it.
 */

import { announcer } from "./controls/controls.js";
import { arrivals, linkProblem } from "./desk/arrivals.js";
import { banner } from "./desk/banner.js";
import { guide } from "./desk/guide.js";
import { lesson } from "./desk/lesson.js";
import { left } from "./desk/left.js";
import { difference, link } from "./desk/link.js";
import { parts as partsOf } from "./desk/parts.js";
import { stayInSight } from "./desk/sight.js";
import { steps } from "./desk/steps.js";
import { h } from "./ground/dom.js";
import { SET } from "./ground/events.js";
import { unpack } from "./ground/unpack.js";
import * as WORDS from "./words/widget.js";
import * as CHECKS from "./words/checks.js";

/**
 * The part of anywidget's model that is used here; the page's own host has no more.
 * https://anywidget.dev/en/afm/
 * @typedef {Pick<import("@anywidget/types").AnyModel, "get" | "set" | "on" | "off" | "save_changes" | "send">} Model
 */
/**
 * What a host hands on besides: a page without a kernel says where its files are, null where it was
 * saved on its own; and how many figures of the same kind stand before this one.
 * @typedef {{assets?: URL | null, before?: number}} Experimental
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
 * @property {(elements: import("./desk/parts.js").Elements) => void} parts what the parts are that
 *   Python names; said once
 * @property {(numbers: import("./desk/goal.js").Numbers) => void} measure what the figure computes
 *   of the present state, by the names that Python's `quantities` has; said when it is drawn
 * @property {Model} model for what goes beyond traits: messages to a kernel
 * @property {Experimental | undefined} experimental
 * @property {AbortSignal} signal fires when the view is taken away
 */
/**
 * What a figure gives back: how to update it. One that sees to its own steps and its own link gives
 * more, and has no row of buttons here.
 * @template {object} S
 * @typedef {object} Own
 * @property {() => void} update
 * @property {(state: S, tag?: string) => void} arrive set a state that the text names, as a step
 * @property {() => void} undo
 * @property {() => number} depth how many steps can be undone
 * @property {string} key in the page's address
 * @property {() => Promise<string>} href a link to what it shows
 * @property {(button: HTMLElement, panel: HTMLElement) => void} place a button into its row, and
 *   what it opens below that
 */
/**
 * What Python says of every figure.
 * @typedef {object} Common
 * @property {string} [name] of this figure in the page's address
 * @property {Record<string, unknown>} first the state that it was made in
 * @property {import("./desk/arrivals.js").States} states that the text can name
 * @property {import("./desk/parts.js").Names} parts that can be pointed at, or hidden
 * @property {import("./desk/tour.js").Step[]} tour @property {import("./desk/puzzle.js").Puzzle[]} puzzles
 * @property {Record<string, import("./ground/unpack.js").Entry>} arrays
 * @property {Record<string, unknown>} defaults
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
        else problems.push(WORDS.problem({ trait, problem, value: JSON.stringify(value) }));
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

/** Where a message is told: what is wrong with the state, and with a link that was followed. */
function messageLine() {
  const element = h("p", { class: "scse-message", role: "alert", hidden: true });
  let [problem, complaint] = ["", ""];
  function show() {
    element.textContent = [problem, complaint].filter(Boolean).join(" ");
    element.hidden = element.textContent === "";
  }
  return {
    element,
    /** @param {string} text "" when all is well */
    tell(text) {
      problem = text;
      show();
    },
    /** @param {string} text "" takes it back */
    complain(text) {
      complaint = text;
      show();
    },
  };
}

/**
 * Make an AFM module of a widget.
 * @template M
 * @template {object} S
 * @param {string} kind the widget's class in the style sheet
 * @param {(manifest: M) => Record<keyof S & string, Check>} checks of the traits
 * @param {(context: Context<M, S>) => (() => void) | Own<S>} build the elements; returns how to
 *   update them
 * @param {object} [options]
 * @param {boolean} [options.plain] no undo and no link: what is in it is an answer, not a state
 */
export function widget(kind, checks, build, { plain = false } = {}) {
  /** @param {{model: Model, el: HTMLElement, experimental?: Experimental}} view */
  async function render({ model, el, experimental }) {
    const root = h("div", { class: `scse-widget scse-${kind}` });
    const line = messageLine();
    const voice = announcer();
    const figure = h("div", { class: "scse" }, line.element, root, voice.element);
    el.append(figure);

    /** @type {M & Common} */
    const manifest = JSON.parse(model.get("manifest"));
    const arrays = await arraysOf(model, manifest.arrays).catch((error) => {
      line.tell(WORDS.unread(error));
      throw error;
    });

    /** @type {Record<string, Check>} */
    const rules = checks(manifest);
    const traits = Object.keys(rules);
    const { valid, validate } = validated(model, rules, manifest.defaults, line.tell);
    const out = outbox(model);
    const gone = new AbortController();
    let frame = 0;
    /** @type {() => void} */
    let update = () => {};
    /** @type {ReturnType<typeof steps<Record<string, unknown>>> | undefined} */
    let row;
    /** What the reader is doing now; undefined while it is not the reader who does it. @type {string | undefined} */
    let doing;
    /** Where the state is kept for who comes back. @type {ReturnType<typeof left> | undefined} */
    let kept;
    /** The state that the text has set, while it stands. @type {Record<string, unknown> | undefined} */
    let setByText;
    /** @type {ReturnType<typeof guide> | undefined} */
    let led;
    const parts = partsOf(manifest.parts);

    function changed() {
      out.insist();
      validate();
      row?.note({ ...valid }, doing);
      kept?.keep(difference(valid, opened));
      if (setByText && Object.keys(difference(valid, setByText)).length) {
        setByText = undefined;
        above.hide();
      }
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => update());
    }
    /** @param {Record<string, unknown>} changes @param {string} [tag] of the step */
    function set(changes, tag = row?.tag()) {
      line.complain("");
      doing = tag;
      out.put(changes);
      changed();
      doing = undefined;
    }

    validate();
    const opened = { ...valid };
    const built = build({
      root,
      manifest,
      arrays,
      get: (trait) => /** @type {S} */ (valid)[trait],
      set: (changes) => set(/** @type {Record<string, unknown>} */ (changes)),
      say: voice.say,
      parts: parts.are,
      measure: (numbers) => led?.measure(numbers),
      model,
      experimental,
      signal: gone.signal,
    });
    const own = typeof built === "function" ? undefined : built;
    update = typeof built === "function" ? built : built.update;
    /**
     * A part of the figure into sight, or its top, once what changes it has been drawn.
     * @param {string} part @param {{smooth?: boolean, always?: boolean}} how
     */
    function show(part, how) {
      requestAnimationFrame(() => {
        if (gone.signal.aborted) return;
        root.dispatchEvent(new Event(SET));
        const all = parts.all(part);
        const seen = all.length ? all : [figure];
        stayInSight(seen, figure, { fromTop: true, ...how }, gone.signal);
      });
    }
    const above = banner(figure, () => (own ? own.undo() : row?.undo()));
    root.before(above.element);
    for (const trait of traits) model.on(`change:${trait}`, changed);

    const inPage = experimental?.assets !== undefined; // else the address is not ours
    const before = experimental?.before ?? 0;
    const key = manifest.name ?? (before ? `${kind}-${before + 1}` : kind);
    const address = own || plain || !inPage ? undefined : link(key, opened);
    /** What was left, if the figure still takes it. @type {unknown} */
    let found;
    if (!own && !plain) {
      if (inPage) kept = left(key);
      found = kept?.recall();
      if (found !== undefined && linkProblem(found, rules, opened)) found = undefined;
      row = steps({
        area: figure,
        first: opened,
        apply: (changes) => set(changes),
        address: address?.address,
        say: voice.announce,
      });
      root.after(row.element);
      if (found !== undefined) set(/** @type {Record<string, unknown>} */ (found), "");
    }
    /** @param {Record<string, unknown>} state @param {string} tag */
    function go(state, tag) {
      if (own) own.arrive(/** @type {S} */ (state), tag);
      else set(difference(state, valid), tag);
    }
    led = guide({
      guided: manifest,
      parts,
      figure: {
        now: () => ({ ...valid }),
        go,
        depth: () => own?.depth() ?? row?.depth() ?? 0,
        announce: voice.announce,
      },
    });
    root.before(led.openers);
    figure.append(...led.panels);
    if (led.panels.length) parts.add("guide", WORDS.guide, led.openers);
    const forClass =
      plain || !inPage
        ? undefined
        : lesson({
            key: own?.key ?? key,
            parts,
            figure,
            href: () => own?.href() ?? /** @type {any} */ (address).address(row?.now()),
            complain: line.complain,
            signal: gone.signal,
          });
    if (forClass) {
      figure.prepend(...forClass.above);
      if (own) own.place(forClass.opener, forClass.element);
      else row?.add(forClass.opener);
      if (!own) row?.element.after(forClass.element);
      forClass.begin();
    }
    update();
    arrivals({
      states: manifest.states,
      first: manifest.first,
      opened,
      address,
      inPage,
      heeded: found !== undefined,
      checks: rules,
      show,
      receive(state, named) {
        const news = Object.keys(difference(state, valid)).length > 0;
        go(state, "");
        if (!named) return;
        setByText = state;
        const { name, slug, part, link, byKey } = named;
        above.show({ name, news, link, part: parts.first(part) });
        voice.announce(WORDS.isSetTo(name));
        // A puzzle that opens takes the focus itself.
        if (!led?.arrive(slug) && byKey) above.focus();
      },
      complain: line.complain,
      signal: gone.signal,
    });
    root.setAttribute("data-ready", "");
    return () => {
      gone.abort();
      for (const trait of traits) model.off(`change:${trait}`, changed);
      cancelAnimationFrame(frame);
      out.stop();
      voice.stop();
      above.stop();
    };
  }
  return { render };
}

/** @param {number} n @returns {Check} */
export const index = (n) => (value) =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value < n
    ? undefined
    : CHECKS.index(n - 1);

/** @param {readonly string[]} options @returns {Check} */
export const oneOf = (options) => (value) =>
  typeof value === "string" && options.includes(value)
    ? undefined
    : CHECKS.oneOf(options.join(", "));

/**
 * Empty, or so many numbers in a range.
 * @param {number} n @param {number} low @param {number} high @returns {Check}
 */
export const numbers = (n, low, high) => (value) =>
  Array.isArray(value) &&
  (value.length === 0 ||
    (value.length === n && value.every((v) => typeof v === "number" && v >= low && v <= high)))
    ? undefined
    : CHECKS.numbers({ n, low, high });
