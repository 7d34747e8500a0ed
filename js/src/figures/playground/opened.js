/** One block, opened: its mask to paint on, its recalibrated maps and their gates to drag. */

import { baseSelect, bases } from "../../desk/bases.js";
import { miniature } from "../../desk/figure.js";
import { maskMap } from "../../desk/mask.js";
import { mixer } from "../../desk/mixer.js";
import { button, choice, enable } from "../../controls/controls.js";
import { changes } from "../../gates/edit.js";
import { ruleOf } from "../../gates/rules.js";
import { h } from "../../ground/dom.js";
import { sketch } from "./sketch.js";
import * as WORDS from "../../words/playground.js";
import * as COMMON from "../../words/common.js";

/** @typedef {import("../../desk/bases.js").Option} Option */
/** @typedef {import("../../gates/rules.js").Branch} Branch */
/** @typedef {import("./model.js").Block} Block */
/** @typedef {import("./model.js").GoesOn} GoesOn */
/** @typedef {import("./model.js").Manifest} Manifest */
/** @typedef {import("./model.js").View} View */
/** @typedef {import("./state.js").State} State */
/** @typedef {import("./view.js").Acts} Acts */
/** @typedef {import("./view.js").Model} Model */

const BRUSH = 0.12; // of the mask's width

/**
 * What can be chosen for a gate, or for all of them.
 * @param {Manifest} manifest @param {number | undefined} neutral @param {Branch} [branch]
 */
const offered = ({ examples, test_images: count }, neutral, branch) =>
  bases({
    branch,
    neutral,
    inputs: examples.map(({ title }, from) => ({ from, title })),
    mean: WORDS.images(count),
  });

/** Shut or open: what is painted. */
function brush() {
  let value = 0;
  const { element, set } = choice({
    label: WORDS.paintOn,
    name: "brush",
    options: [
      { value: "0", label: WORDS.shut, title: WORDS.paint0 },
      { value: "1", label: WORDS.open, title: WORDS.paint1 },
    ],
    onInput(chosen) {
      value = Number(chosen);
      set(chosen);
    },
  });
  set("0");
  return { element, value: () => value };
}

/** The mask, with a brush. @param {Manifest} manifest @param {Model} model @param {() => State} now @param {Acts} acts */
function maskSide(manifest, model, now, acts) {
  const mask = maskMap();
  let [height, width] = [1, 1];
  const base = baseSelect({
    label: COMMON.spatialMask,
    name: "mask-base",
    hidden: true,
    onInput: (edit) => acts.change(model.setEdit(now(), "spatial", edit)),
  });
  const paint = brush();
  const wipe = button(WORDS.wipe, "wipe", () => acts.change(model.paint(now(), [])));
  sketch(mask.stack, {
    label: WORDS.maskToPaint,
    name: "mask",
    size: () => [width, height],
    ink: () => ({ width: Math.max(1, BRUSH * width), value: paint.value() }),
    strokes: () => model.edit(now(), "spatial").strokes ?? [],
    onStrokes: (strokes, tag) => acts.change(model.paint(now(), strokes), tag),
  });
  const element = h(
    "div",
    { class: "scse-maskside" },
    h("div", {}, ...COMMON.spatialMaskOf(h("b", { class: "scse-s", text: "s" }))),
    mask.stack,
    mask.scale,
    base.element,
    h("div", { class: "scse-row" }, paint.element, wipe),
  );
  return {
    element,
    /** @param {State} state @param {Block} block @param {GoesOn} gates */
    set(state, { positions }, { spatial }) {
      element.hidden = !spatial;
      if (!spatial) return;
      [height, width] = positions;
      mask.set({ data: spatial, height, width });
      const [edit, neutral] = [model.edit(state, "spatial"), model.neutral(state, "spatial")];
      base.offer(offered(manifest, neutral, "spatial"));
      base.set(edit, neutral);
      enable([
        [wipe, Boolean(edit.strokes?.length)],
        [base.list, true],
      ]);
    },
  };
}

/** The maps and their bars. @param {Manifest} manifest @param {Model} model @param {() => State} now @param {Acts} acts */
function deskSide(manifest, model, now, acts) {
  /** @type {ArrayLike<number>} */
  let ticks = [];
  const desk = mixer({
    vertical: false,
    digits: 2,
    onGate: (channel, gate) =>
      acts.change(
        model.setGate(now(), channel, gate, ticks[channel]),
        `${now().block} gate ${channel}`,
      ),
  });
  const base = baseSelect({
    label: COMMON.channelGates,
    name: "gate-base",
    hidden: true,
    onInput: (edit) => acts.change(model.setEdit(now(), "channel", edit)),
  });
  const gatesToo = h("span", {}, ...WORDS.gatesToo(h("b", { class: "scse-c", text: "c" })));
  const title = h("span", {}, ...WORDS.maps({ out: h("b", { text: "Û" }), gates: gatesToo }));
  return {
    element: h(
      "div",
      { class: "scse-deskside" },
      h("div", { class: "scse-row" }, title, base.element),
      desk.start,
      desk.grid,
      desk.end,
    ),
    /** @param {View} view @param {Block} block @param {GoesOn} gates */
    set({ state, own }, { channels, positions, rule }, { channel, spatial }) {
      const neutral = model.neutral(state, "channel");
      base.element.hidden = gatesToo.hidden = !channel;
      base.offer(offered(manifest, neutral, "channel"));
      base.set(model.edit(state, "channel"), neutral);
      ticks = own?.channel ?? [];
      // Where the reader has them now: an answer that comes late must not put them back.
      const there = now().block === state.block ? model.edit(now(), "channel").set : undefined;
      const maps = own?.maps;
      const [height, width] = maps?.shape.slice(1) ?? [1, 1];
      const area = height * width;
      desk.set({
        order: Array.from({ length: channels }, (_, k) => k),
        gates: channel,
        bars: channel && Array.from(channel, (gate, k) => there?.[k] ?? gate),
        own: ticks,
        mask: spatial && { data: spatial, height: positions[0], width: positions[1] },
        rule: ruleOf(rule),
        map: (k) => maps && { data: maps.data.subarray(k * area, (k + 1) * area), height, width },
      });
    },
  };
}

/** The line below. @param {Block} block @param {boolean} maps are they there? @param {boolean} set are gates? */
function noteOf({ branches }, maps, set) {
  if (!maps) return WORDS.mapsCome;
  if (set) {
    return WORDS.ticks;
  }
  const [branch] = branches;
  return WORDS.runsAgain[branches.length > 1 ? "both" : branch];
}

/** What is open, and a base for all blocks. @param {Manifest} manifest @param {Model} model @param {Acts} acts @param {HTMLElement} answer seen in small, too */
function header(manifest, model, acts, answer) {
  const title = h("div", { class: "scse-title" });
  const all = baseSelect({
    label: WORDS.allBlocks,
    name: "all-base",
    hidden: true,
    onInput: (edit) => acts.change(model.setAll(edit)),
  });
  const everything = h("label", { class: "scse-row" }, h("span", { text: WORDS.all }), all.element);
  return {
    element: h("div", { class: "scse-row scse-opener" }, title, everything, answer),
    /** @param {State} state @param {Block | undefined} block */
    set(state, block) {
      everything.hidden = !block;
      title.textContent = block
        ? WORDS.block({
            block: state.block,
            channels: block.channels,
            size: block.positions.join(" × "),
          })
        : WORDS.plain;
      const neutral = model.neutral(state);
      all.offer([...offered(manifest, neutral), { value: "", label: WORDS.mixed, hidden: true }]);
      all.set(model.common(state), neutral);
    },
  };
}

/**
 * @param {Manifest} manifest @param {Model} model @param {() => State} now @param {Acts} acts
 * @param {HTMLCanvasElement} result the network's answer
 */
export function openedBlock(manifest, model, now, acts, result) {
  const short = miniature(result);
  const top = header(manifest, model, acts, short.element);
  const mask = maskSide(manifest, model, now, acts);
  const desk = deskSide(manifest, model, now, acts);
  const sides = h("div", { class: "scse-opened" }, mask.element, desk.element);
  const note = h("p", { class: "scse-hint" });
  return {
    element: h("div", { class: "scse-block" }, top.element, sides, note),
    /** @param {View} view @param {string} words */
    set(view, words) {
      const { state, own } = view;
      const block = model.opened(state);
      short.set(words);
      top.set(state, block);
      short.element.hidden = sides.hidden = note.hidden = !block;
      if (!block) return;
      const gates = view.gates[state.block];
      mask.set(state, block, gates);
      desk.set(view, block, gates);
      note.textContent = noteOf(block, Boolean(own?.maps), changes(model.edit(state, "channel")));
    },
  };
}
