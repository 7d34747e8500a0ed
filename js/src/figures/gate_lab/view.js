/** GateLab's page: panels, the strip of blocks, the bars. */

import { button, choice } from "../../controls/controls.js";
import { pictureChooser } from "../../desk/chooser.js";
import { classList, miniature, panel, scoreboard } from "../../desk/figure.js";
import { maskMap } from "../../desk/mask.js";
import { mixer } from "../../desk/mixer.js";
import { pointing } from "../../desk/pointing.js";
import { strip } from "../../desk/strip.js";
import { stack } from "../../draw/cursor.js";
import { canvas, classPainter, paintMap } from "../../draw/paint.js";
import { ruleOf } from "../../gates/rules.js";
import { fixed, h, pixels as inPixels } from "../../ground/dom.js";
import { dice, differences, meanDice } from "../../ground/maths.js";
import { modesOf } from "./modes.js";
import { formula, misread, noteOf } from "./words.js";
import * as WORDS from "../../words/gate_lab.js";
import * as COMMON from "../../words/common.js";

/** @typedef {import("./model.js").Manifest} Manifest */
/** @typedef {import("./model.js").State} State */
/** @typedef {import("./model.js").View} View */
/** @typedef {import("./modes.js").Mode} Mode */
/** @typedef {ReturnType<typeof import("./model.js").model>} Model */

const FINE = 4; // canvas pixels across a position of the segmentation

/**
 * What the reader does.
 * @typedef {object} Acts
 * @property {(picture: number) => void} picture @property {(block: string) => void} block
 * @property {(mode: Mode) => void} mode
 * @property {(channel: number, gate: number) => void} gate
 * @property {() => void} reset
 */

/** The choices above the pictures. @param {Manifest} manifest @param {Acts} acts */
function controls({ samples, blocks, last }, acts) {
  const rule = ruleOf(blocks[last].rule);
  const pictures = pictureChooser({
    label: COMMON.image,
    titles: samples.map(({ title }) => title),
    onInput: acts.picture,
  });
  const branches = choice({
    label: WORDS.branches,
    name: "mode",
    options: modesOf(rule),
    onInput: (value) => acts.mode(/** @type {Mode} */ (value)),
  });
  const equation = formula(rule);
  const reset = button(COMMON.reset, "reset", acts.reset);
  return {
    picture: pictures.element,
    branches: branches.element,
    element: h(
      "div",
      { class: "scse-controls" },
      pictures.element,
      branches.element,
      equation.element,
      reset,
    ),
    /** @param {number} picture @param {Mode} mode */
    set(picture, mode) {
      pictures.set(picture);
      branches.set(mode);
      equation.set(mode);
    },
  };
}

/** Picture, mask and segmentation, with one place marked on all of them. @param {Manifest} manifest @param {(text: string) => void} say */
function panels({ shape, classes, outline }, say) {
  const [, height, width] = shape;
  const photo = canvas(height, width);
  const result = canvas(height * FINE, width * FINE);
  result.classList.add("scse-fine");
  const paint = classPainter(classes.map(({ colour }) => colour));
  const maskOff = h("div", { class: "scse-off", text: WORDS.off });
  const mask = maskMap(maskOff);
  const stacks = [stack(photo), mask.stack, stack(result)];
  const credit = h("span", { class: "scse-credit" });
  const truth = h("span", { text: outline ? WORDS.truth : "" });
  /** @type {import("../../ground/plane.js").Plane | undefined} */
  let read;
  /** @type {Uint8Array} */
  let segmentation = new Uint8Array(height * width);
  const names = /** @type {const} */ (["picture", "mask", "segmentation"]);
  const labels = {
    picture: COMMON.image,
    mask: COMMON.spatialMask,
    segmentation: COMMON.segmentation,
  };
  const { note } = pointing({
    maps: names.map((name, i) => ({
      label: labels[name],
      name: `point-${name}`,
      stack: stacks[i],
    })),
    steps: [width, height],
    mask: () => read,
    grid: () => ({ height, width }),
    also(x, y) {
      const p = Math.floor(y * height) * width + Math.floor(x * width);
      return WORDS.classIs(classes[segmentation[p]].name);
    },
    say,
  });
  const title = h("span", {}, ...COMMON.spatialMaskOf(h("b", { class: "scse-s", text: "s" })));
  return {
    elements: [
      panel(COMMON.image, stacks[0], credit),
      panel(title, stacks[1], mask.scale, note),
      panel(COMMON.segmentation, stacks[2], truth),
    ],
    result,
    /** @param {View} view @param {Uint8Array} picture @param {ArrayLike<number>} label @param {string} source @param {boolean} maskOn */
    set(view, picture, label, source, maskOn) {
      const [, rows, columns] = view.shape;
      read = { data: maskOn ? view.mask : view.ownMask, height: rows, width: columns };
      segmentation = view.segmentation;
      paintMap(photo, picture, 0, 255, "gray");
      credit.textContent = source;
      mask.set(read);
      maskOff.hidden = maskOn;
      const before = view.before;
      paint(result, segmentation, { picture, width, before, outline: outline ? label : undefined });
    },
  };
}

/** Dice, what is misread, the classes. @param {Manifest} manifest */
function outcome({ classes }) {
  const score = scoreboard();
  const reads = h("div", { class: "scse-reads", "data-name": "misread" });
  const list = classList(classes);
  const scored = h("div", {}, score.element, reads);
  const element = h("div", { class: "scse-outcome" }, scored, list.element);
  return {
    element,
    parts: [scored, element],
    /** @param {View} view @param {ArrayLike<number>} label @returns {{short: string, long: string}} in words */
    set({ segmentation, before }, label) {
      const mean = meanDice(segmentation, label, classes.length);
      const pixels = differences(segmentation, before);
      const wrong = misread(label, segmentation, classes).join(", ");
      score.set(mean, meanDice(before, label, classes.length), pixels, label.length);
      reads.textContent = wrong;
      list.set(dice(segmentation, label, classes.length));
      const short = WORDS.short({ dice: fixed(mean), pixels: inPixels(pixels) });
      return { short, long: WORDS.long({ short, wrong }) };
    },
  };
}

/** The open block: its maps and their bars. @param {Manifest} manifest @param {HTMLElement} root @param {HTMLCanvasElement} result @param {Acts} acts */
function opened({ blocks, shape }, root, result, acts) {
  // On the first bar, whichever bar matters: that is for the reader to find.
  const look = { vertical: true, digits: 3, invites: WORDS.pull };
  const desk = mixer({ ...look, onGate: acts.gate });
  const short = miniature(result);
  const howMany = h("span");
  const note = h("p", { class: "scse-hint" });
  const what = h(
    "span",
    {},
    ...WORDS.maps({
      which: howMany,
      out: h("b", { text: "Û" }),
      c: h("b", { class: "scse-c", text: "c" }),
    }),
  );
  return {
    grid: desk.grid,
    elements: [
      h("div", { class: "scse-title scse-opener" }, short.element, what),
      desk.start,
      desk.hint,
      desk.grid,
      desk.end,
      note,
    ],
    /** @param {View} view @param {string} block @param {boolean} channelOn @param {boolean} invite to pull a bar @param {string} words */
    set({ shape: size, maps, ticks, bars, gates, mask }, block, channelOn, invite, words) {
      const [channels, height, width] = size;
      const { rule } = blocks[block];
      const area = height * width;
      root.classList.toggle("scse-many", channels > shape[0]);
      root.classList.toggle("scse-channel-off", !channelOn);
      howMany.textContent = WORDS.block({ block, channels, height, width });
      short.set(words);
      desk.set({
        order: Array.from({ length: channels }, (_, k) => k),
        gates,
        bars,
        own: ticks,
        fixed: !channelOn,
        mask: { data: mask, height, width },
        rule: ruleOf(rule),
        map: (k) => ({
          data: maps.subarray(k * area, (k + 1) * area),
          height,
          width,
        }),
        pull: invite ? 0 : undefined,
      });
      note.textContent = noteOf({
        channelOn,
        zeros: Array.from(bars).includes(0),
        keepsMap: rule === "add" && Array.from(mask).some((s) => s > 0),
      });
    },
  };
}

/**
 * @param {object} options
 * @param {Manifest} options.manifest @param {Model} options.model
 * @param {HTMLElement} options.root @param {HTMLElement} options.status of the engine
 * @param {Acts} options.acts @param {(text: string) => void} options.say
 * @param {import("../../widget.js").Context<Manifest, State>["parts"]} options.parts
 */
export function view({ manifest, model, root, status, acts, say, parts }) {
  const { blocks, samples, last } = manifest;
  const choices = controls(manifest, acts);
  const seen = panels(manifest, say);
  const result = outcome(manifest);
  const desk = opened(manifest, root, seen.result, acts);
  const row = strip({
    label: COMMON.block,
    cells: Object.entries(blocks).map(([name, { channels }]) => ({
      name,
      title: WORDS.channels(channels),
    })),
    onInput: acts.block,
  });
  row.element.hidden = Object.keys(blocks).length < 2;
  root.append(
    choices.element,
    h("div", { class: "scse-panels" }, ...seen.elements, result.element),
    h("div", { class: "scse-controls scse-blocks" }, row.element, status),
    ...desk.elements,
  );
  parts({
    picture: [choices.picture],
    branches: [choices.branches],
    mask: [seen.elements[1]],
    answer: [seen.elements[2]],
    scores: result.parts,
    blocks: [row.element],
    bars: [desk.grid, ...desk.elements],
  });

  return {
    /** At once, before an engine has answered. @param {State} state */
    choose(state) {
      choices.set(state.picture, model.mode(state));
      row.choose(model.open(state));
    },
    /** @param {State} state @param {View} shown */
    draw(state, shown) {
      const { picture, label } = model.states[state.picture];
      const block = model.open(state);
      const mode = model.mode(state);
      const channelOn = model.channelOn(state);
      const invite = block === last && channelOn && !model.edited(state);
      seen.set(shown, picture, label, samples[state.picture].credit ?? "", hasMask(mode));
      const { short, long } = result.set(shown, label);
      desk.set(shown, block, channelOn, invite, short);
      say(long);
    },
  };
}

/** @param {Mode} mode */
const hasMask = (mode) => mode === "sse" || mode === "scse";
