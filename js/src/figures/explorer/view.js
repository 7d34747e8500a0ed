/** The Explorer's page: choices, the row of blocks, the panels, one block opened on the desk. */

import { bar, button, choice, readout } from "../../controls/controls.js";
import { select } from "../../controls/select.js";
import { baseSelect } from "../../desk/bases.js";
import { pictureChooser } from "../../desk/chooser.js";
import { mixer } from "../../desk/mixer.js";
import { pager } from "../../desk/pager.js";
import { strip } from "../../desk/strip.js";
import { ruleOf } from "../../gates/rules.js";
import { h } from "../../ground/dom.js";
import { laborious } from "./orders.js";
import { answer, engineLine, inputAndMask } from "./panels.js";
import { absentOf, noteOf, remarkOf, shorten, statusOf } from "./words.js";
import * as WORDS from "../../words/explorer.js";
import * as COMMON from "../../words/common.js";

/** @typedef {import("../../gates/edit.js").Edit} Edit */
/** @typedef {import("../../gates/rules.js").Branch} Branch */
/** @typedef {import("./model.js").Block} Block */
/** @typedef {import("./model.js").Manifest} Manifest */
/** @typedef {import("./model.js").Shown} Shown */
/** @typedef {import("./model.js").State} State */
/** @typedef {import("./orders.js").Arranged} Arranged */
/** @typedef {ReturnType<typeof import("./model.js").model>} Model */
/** @typedef {{begun: boolean, failed: boolean}} Asked has the network been asked, and in vain? */

const STRIPES = 128; // gates of a block in the row
const PAGE = 24; // channels

/** By what the channels can be ordered: in words, and in more words. @type {Record<string, string>} */
const SORT_TITLES = WORDS.sortTitles;
const SORTS = Object.entries(WORDS.sorts).map(([value, label]) => ({
  value,
  label,
  title: SORT_TITLES[value],
}));

/**
 * What the reader does.
 * @typedef {object} Acts
 * @property {(changes: Partial<State>) => void} set
 * @property {(branch: Branch, edit: Edit) => void} base
 * @property {(channel: number, gate: number) => void} gate
 * @property {() => void} page
 */

/** The slice of a volume. @param {boolean} live @param {(slice: number) => void} onInput */
function slicing(live, onInput) {
  const value = readout("slice-at", String);
  const slider = bar({
    label: WORDS.slice,
    name: "slice",
    step: 1,
    snap: true,
    kind: "plain",
    format: String,
    onInput,
  });
  slider.disable(!live);
  const title = h("span", {}, ...WORDS.sliceAt(value.element));
  const element = h("div", { class: "scse-slicing" }, title, slider.element);
  return {
    element,
    /** @param {number | undefined} slice @param {number} depth volumes may differ in it */
    set(slice, depth) {
      element.hidden = slice === undefined;
      if (slice === undefined) return;
      slider.limit(Math.max(1, depth - 1));
      slider.set(slice);
      value.set(slice);
    },
  };
}

/** The choices above everything. @param {Manifest} manifest @param {boolean} live @param {Acts} acts */
function choices({ inputs }, live, acts) {
  const titles = inputs.map(({ title }) => title);
  const pictures = pictureChooser({
    label: COMMON.input,
    titles,
    onInput: (picture) => acts.set({ picture }),
  });
  const compare = select({
    label: WORDS.compare,
    name: "compare",
    options: [WORDS.none, ...titles].map((label, i) => ({ value: String(i - 1), label })),
    onInput: (value) => acts.set({ compare: Number(value) }),
  });
  compare.element.hidden = inputs.length < 2;
  const slices = slicing(live, (slice) => acts.set({ slice }));
  const reset = button(COMMON.reset, "reset", () => acts.set({ edits: {} }));
  const parts = [pictures.element, compare.element, slices.element, reset];
  return {
    element: h("div", { class: "scse-controls" }, ...parts),
    /** @param {State} state @param {number | undefined} slice @param {number} depth */
    set({ picture, compare: other }, slice, depth) {
      pictures.set(picture);
      compare.set(String(other));
      for (const option of compare.options) option.disabled = option.value === String(picture);
      slices.set(slice, depth);
    },
  };
}

/** The blocks in the order in which they run. @param {Block[]} blocks @param {(block: string) => void} onInput */
function blockRow(blocks, onInput) {
  const short = shorten(blocks.map(({ name }) => name));
  return strip({
    label: WORDS.blocks(blocks.length),
    cells: blocks.map(({ name, channels, size, channel }, b) => ({
      name,
      title: name,
      stripes: channel ? Math.min(STRIPES, channels) : 1,
      caption: [
        h("span", { class: "scse-cellname" }, h("b", {}, h("bdi", { dir: "ltr", text: short[b] }))),
        h("span", {
          class: "scse-cellsize",
          text: `${channels}${size.length ? ` · ${size.join("×")}` : ""}`,
        }),
      ],
    })),
    onInput,
  });
}

/** The order of the channels. @param {boolean} live @param {(sort: string) => void} onInput */
function sorting(live, onInput) {
  const sorts = choice({
    label: WORDS.order,
    name: "sort",
    options: SORTS.filter(({ value }) => live || !laborious(value)),
    onInput,
  });
  const progress = h("progress", { class: "scse-progress", max: 1 });
  progress.setAttribute("aria-label", WORDS.working);
  const cancel = button(WORDS.cancel, "cancel", () => onInput("index"));
  const working = h("span", { class: "scse-working", hidden: true }, progress, cancel);
  const trouble = h("span", { class: "scse-note", role: "status", "data-name": "order-trouble" });
  return {
    element: h("div", { class: "scse-sorting" }, sorts.element, working, trouble),
    /** @param {number} done 0..1 */
    progress: (done) => (progress.value = done),
    /** @param {string} sort @param {Block} block @param {Arranged} arranged */
    set(sort, block, arranged) {
      sorts.set(sort);
      sorts.element.hidden = !block.channel;
      working.hidden = !arranged.working;
      trouble.textContent = arranged.trouble;
    },
  };
}

/** What is chosen for the open block. @param {boolean} live @param {Acts} acts */
function deskbar(live, acts) {
  const name = h("span");
  const base = baseSelect({
    label: COMMON.channelGates,
    name: "base-channel",
    onInput: (edit) => acts.base("channel", edit),
  });
  const bases = h("div", {}, base.element);
  const maps = choice({
    label: WORDS.maps,
    name: "view",
    options: [
      { value: "input", label: "U", title: WORDS.asTheyCome },
      { value: "output", label: "Û", title: WORDS.asTheyLeave },
    ],
    onInput: (value) => acts.set({ view: /** @type {State["view"]} */ (value) }),
  });
  const sorts = sorting(live, (sort) => acts.set({ sort }));
  const title = h("div", { class: "scse-title" }, name);
  const parts = [title, bases, maps.element, sorts.element];
  return {
    element: h("div", { class: "scse-controls scse-deskbar" }, ...parts),
    progress: sorts.progress,
    /** @param {Model} model @param {State} state @param {Block} block @param {Arranged} arranged */
    set(model, state, block, arranged) {
      name.textContent = block.name.replaceAll(".", ".\u200b"); // may break there
      bases.hidden = !block.channel;
      const { edit, neutral, options } = model.based(state, "channel");
      base.offer(options);
      base.set(edit, neutral);
      maps.element.hidden = !block.rule;
      maps.set(state.view);
      sorts.set(state.sort, block, arranged);
    },
  };
}

/** The open block's maps and bars. @param {Manifest} manifest @param {boolean} live @param {Acts} acts */
function desk({ inputs }, live, acts) {
  const look = { vertical: true, digits: 3, gaps: true, remarks: true };
  const { grid, start, end, set: mix } = mixer({ ...look, onGate: acts.gate });
  const pages = pager({ size: PAGE, onTurn: acts.page });
  const note = h("span", { class: "scse-note" });
  let before = { block: "", entries: /** @type {Record<string, number>} */ ({}) };

  /** Channels whose gate is set, and was not so before. @param {string} block @param {State["edits"]} edits */
  function newlySet(block, edits) {
    const entries = edits[block]?.channel?.set ?? {};
    const known = block === before.block ? before.entries : {};
    before = { block, entries };
    return Object.keys(entries)
      .filter((k) => entries[k] !== known[k])
      .map(Number);
  }
  return {
    element: h("div", { class: "scse-deskside" }, pages.element, start, grid, end, note),
    visible: pages.visible,
    /** @param {State} state @param {Shown} shown @param {Arranged} arranged @param {Asked} asked */
    set({ view, sort, compare, edits }, shown, { key, order, scores }, asked) {
      const { block, gates, own, other, mask, maps, pull } = shown;
      const { name, range, rule } = block;
      pages.arrange(order, { key, of: name, stay: sort === "index" });
      pages.show(newlySet(name, edits)); // by a link or a step back, say
      pages.set(gates, range);
      const visible = pages.visible();
      mix({
        order: visible,
        range,
        gates,
        own,
        other,
        mask,
        rule: rule !== null && view === "output" ? ruleOf(rule) : undefined,
        map: (k) => maps.get(k),
        remark: (k) => remarkOf(sort, scores?.[k], other?.[k]),
        absent: absentOf({ live, ...asked }),
        pull,
      });
      note.textContent = noteOf({
        maps: block.maps,
        missing: visible.some((k) => !maps.has(k)),
        kept: maps.size,
        live,
        rule,
        other: other && inputs[compare].title,
      });
    },
  };
}

/**
 * @param {object} options
 * @param {Manifest} options.manifest @param {Model} options.model
 * @param {string} [options.obstacle] why there is no network
 * @param {HTMLElement} options.root
 * @param {Acts} options.acts @param {(text: string) => void} options.say
 * @param {import("../../widget.js").Context<Manifest, State>["parts"]} options.parts
 */
export function view({ manifest, model, obstacle, root, acts, say, parts }) {
  const { live } = model;
  const { blocks } = manifest;
  const chosen = choices(manifest, live, acts);
  const engine = engineLine();
  const row = blockRow(blocks, (block) => acts.set({ block }));
  const seen = inputAndMask((edit) => acts.base("spatial", edit), say);
  const result = answer(manifest.output, live);
  const title = deskbar(live, acts);
  const opened = desk(manifest, live, acts);
  root.append(
    chosen.element,
    engine.element,
    row.element,
    h("div", { class: "scse-panels" }, ...seen.elements, ...result.elements),
    title.element,
    opened.element,
  );
  parts({
    input: [chosen.element],
    blocks: [row.element],
    maps: seen.elements,
    output: result.elements,
    choices: [title.element],
    bars: [opened.element],
  });

  return {
    engine,
    visible: opened.visible,
    /** Of the work on an order. */
    progress: title.progress,
    /** @param {State} state @param {Shown} shown @param {Arranged} arranged @param {{quiet: boolean, told: string, asked: Asked}} engine does the kernel not answer? what does the engine say? */
    draw(state, shown, arranged, { quiet, told, asked }) {
      const { block, output, mask, fresh } = shown;
      const edited = model.edited(state);
      const stuck = edited && (!live || (quiet && !fresh));
      chosen.set(state, model.sliceOf(state), model.depth(state));
      engine.say(statusOf({ live, quiet, told, edited, obstacle }), quiet || stuck);
      row.choose(block.name);
      row.set((_, b) => model.strip(state, b));
      seen.set(output.picture, mask, model.based(state, "spatial"));
      const words = result.set(output, stuck);
      title.set(model, state, block, arranged);
      opened.set(state, shown, arranged, asked);
      root.toggleAttribute("data-fresh", fresh);
      say(words);
    },
  };
}
