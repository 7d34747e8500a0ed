/** The Playground's page: tools, pictures, the row of blocks, the open block. */

import { button, choice, enable, readout } from "../../controls/controls.js";
import { panel } from "../../desk/figure.js";
import { sharing } from "../../desk/share.js";
import { strip } from "../../desk/strip.js";
import { fixed, h } from "../../ground/dom.js";
import { answerView } from "./answer.js";
import { comparePanel } from "./compare.js";
import { inputPanel } from "./input.js";
import { openedBlock } from "./opened.js";
import * as WORDS from "../../words/playground.js";
import * as COMMON from "../../words/common.js";

/** @typedef {import("./model.js").Block} Block */
/** @typedef {import("./model.js").Changed} Changed */
/** @typedef {import("./model.js").Manifest} Manifest */
/** @typedef {import("./model.js").View} View */
/** @typedef {import("./scene.js").Picture} Picture */
/** @typedef {import("./state.js").State} State */
/** @typedef {ReturnType<typeof import("./model.js").model>} Model */
/**
 * What the reader does.
 * @typedef {object} Acts
 * @property {(parts: Changed, tag?: string) => void} change steps of one tag are one to undo
 * @property {() => void} undo @property {() => void} redo @property {() => void} reset
 * @property {() => Promise<string>} href a link to what is shown
 * @property {(title: string, picture: Float64Array) => void} adopt a picture of the reader's own
 * @property {(text: string) => void} complain an empty text takes the complaint back
 */

/** Which network, and the buttons. @param {Manifest} manifest @param {Acts} acts @param {HTMLCanvasElement} sheet to download */
function tools({ networks, task }, acts, sheet) {
  const network = choice({
    label: COMMON.network,
    name: "network",
    options: Object.entries(networks).map(([value, { title }]) => ({ value, label: title })),
    onInput: (value) => acts.change({ network: value }),
  });
  const undo = button(COMMON.undo, "undo", acts.undo);
  const redo = button(COMMON.redo, "redo", acts.redo);
  const reset = button(COMMON.reset, "reset", acts.reset);
  const share = sharing({ label: COMMON.copyLink, name: "share", href: acts.href });
  const save = button(WORDS.download, "download", () =>
    h("a", { href: sheet.toDataURL("image/png"), download: `${task}.png` }).click(),
  );
  return {
    share: share.element,
    link: share.field,
    forget: share.forget,
    network: network.element,
    add: (/** @type {HTMLElement} */ more) => save.after(more),
    element: h(
      "div",
      { class: "scse-controls" },
      network.element,
      h("div", { class: "scse-row scse-tools" }, undo, redo, reset, share.element, save),
    ),
    /** @param {State} state @param {Model["past"]} past */
    set(state, past) {
      network.set(state.network);
      enable([
        [undo, past.canUndo()],
        [redo, past.canRedo()],
      ]);
    },
  };
}

/** Where complaints are told. */
function complaints() {
  const complaint = h("p", {
    class: "scse-message",
    role: "alert",
    hidden: true,
    "data-name": "complaint",
  });
  return {
    element: complaint,
    /** @param {string} text */
    complain(text) {
      complaint.textContent = text;
      complaint.hidden = text === "";
    },
  };
}

/** What the engine does, and how long it takes. */
function engineLine() {
  const status = h("span", { class: "scse-status", "data-name": "engine", role: "status" });
  const progress = h("progress", {
    class: "scse-progress",
    hidden: true,
    "aria-label": COMMON.loadingEngine,
  });
  const speed = readout("ms", (v) => WORDS.ms(fixed(v, 0)));
  const timing = h("span", { hidden: true }, ...WORDS.time(speed.element));
  return {
    element: h("div", { class: "scse-row scse-engine" }, status, progress, timing),
    /** @param {string} text */
    tell: (text) => (status.textContent = text),
    /** Of bytes; without them nothing is loaded any more. @param {number} [loaded] @param {number} [total] */
    load(loaded, total) {
      progress.hidden = loaded === undefined;
      if (total) Object.assign(progress, { value: loaded, max: total });
    },
    /** @param {number | undefined} ms */
    time(ms) {
      if (ms === undefined) return;
      speed.set(ms);
      timing.hidden = false;
    },
  };
}

/** The network's answer, with something over it where there is none. @param {Manifest} manifest */
function answerPanel(manifest) {
  const answer = answerView(manifest);
  const none = h("div", { class: "scse-off", hidden: true });
  none.textContent = WORDS.noEngine;
  const scored = h("div", {}, answer.score, answer.moved);
  return {
    elements: [
      panel(
        WORDS.answer,
        h("div", { class: "scse-stack" }, answer.map, none),
        h("span", { text: WORDS.truth }),
      ),
      h("div", { class: "scse-outcome" }, scored, answer.seen),
    ],
    scores: [scored, answer.seen],
    map: answer.map,
    /** @param {View} view @returns {string} in words */
    set({ segmentation, picture, before }) {
      none.hidden = true;
      return answer.set(segmentation, picture, before);
    },
    /** What is left is of another picture. */
    clear() {
      none.hidden = false;
      answer.clear();
    },
  };
}

/** e1 … b … d1 @param {string} name */
const short = (name) => name[0] + (/\d+$/.exec(name)?.[0] ?? "");

/** All blocks: the mask of each above its gates. @param {Record<string, Block>} blocks @param {Acts} acts */
function blockStrip(blocks, acts) {
  const largest = Math.max(...Object.values(blocks).map(({ positions }) => positions[0]));
  const what = h("span");
  const row = strip({
    label: h("span", {}, ...WORDS.blocks(what)),
    cells: Object.entries(blocks).map(
      ([
        name,
        {
          channels,
          positions: [height, width],
        },
      ]) => ({
        name,
        title: WORDS.blockOf({ name, channels, height, width }),
        caption: [
          h(
            "span",
            { class: "scse-cellname" },
            h("span", { class: "scse-long", text: name }),
            h("span", { class: "scse-short", "aria-hidden": true, text: short(name) }),
          ),
        ],
        stripes: channels,
        mask: [height, width],
        level: Math.log2(largest / height),
      }),
    ),
    onInput: (block) => acts.change({ block }),
  });
  return {
    element: row.element,
    choose: row.choose,
    /** @param {View["gates"]} gates */
    set(gates) {
      const all = Object.values(gates);
      const rows = all.some(({ channel }) => channel);
      const masks = all.some(({ spatial }) => spatial);
      const both = WORDS.maskAndGates;
      what.textContent = !masks ? WORDS.gatesOnly : rows ? both : WORDS.maskOnly;
      row.set((name) => {
        const { channel, spatial, edited = false } = gates[name] ?? {};
        return { row: channel, mask: spatial, edited };
      });
    },
  };
}

/** @param {(compare: boolean) => void} onInput */
function comparing(onInput) {
  const box = h("input", { type: "checkbox", "data-name": "compare" });
  box.addEventListener("change", () => onInput(box.checked));
  return { box, element: h("label", { class: "scse-row" }, ...WORDS.compare(box)) };
}

/**
 * @param {Manifest} manifest @param {Model} model @param {HTMLElement} root
 * @param {() => State} now @param {Acts} acts
 * @param {import("../../widget.js").Context<Manifest, {state: Changed}>["parts"]} parts
 */
export function view(manifest, model, root, now, acts, parts) {
  const input = inputPanel(manifest, root, now, acts);
  const answer = answerPanel(manifest);
  const choices = tools(manifest, acts, input.sheet);
  const { element: complaint, complain } = complaints();
  const line = engineLine();
  const row = blockStrip(manifest.networks[manifest.reference].blocks, acts);
  const opened = openedBlock(manifest, model, now, acts, answer.map);
  const tick = comparing((compare) => acts.change({ compare }));
  const compare = comparePanel(manifest);
  root.append(
    choices.element,
    choices.link,
    complaint,
    h("div", { class: "scse-panels scse-two" }, input.element, ...answer.elements),
    line.element,
    row.element,
    opened.element,
    tick.element,
    compare.element,
  );
  parts({
    network: [choices.network],
    input: [input.element],
    answer: [answer.elements[0]],
    scores: answer.scores,
    blocks: [row.element],
    block: [opened.element],
    compare: [tick.element, compare.element],
  });
  return {
    /** A button into the row of tools, and what it opens. @param {HTMLElement} button @param {HTMLElement} panel */
    place(button, panel) {
      choices.add(button);
      choices.element.after(panel);
    },
    complain,
    tell: line.tell,
    load: line.load,
    time: line.time,
    compare: compare.update,
    share: choices.share,
    /** At once, before an engine has answered. @param {State} state @param {Picture} picture @param {string | undefined} title of the reader's own */
    choose(state, picture, title) {
      input.set(state, picture, title);
      choices.set(state, model.past);
      choices.forget();
      row.choose(state.block);
      tick.box.checked = state.compare;
      compare.element.hidden = !state.compare;
    },
    /** @param {View} shown @returns {string} in words */
    draw(shown) {
      const words = answer.set(shown);
      row.element.hidden = shown.before === undefined;
      row.set(shown.gates);
      opened.element.hidden = false;
      opened.set(shown, words);
      return words;
    },
    /** No engine answers, and nothing is stored. */
    clear() {
      answer.clear();
      opened.element.hidden = true;
    },
  };
}
