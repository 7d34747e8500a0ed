/** The left panel: which picture, what is drawn on it, how it is altered. */

import { bar, button, enable } from "../../controls/controls.js";
import { stack } from "../../draw/cursor.js";
import { fixed, h } from "../../ground/dom.js";
import { panel } from "../../desk/figure.js";
import { canvas, paintMap } from "../../draw/paint.js";
import { greySquare } from "./file.js";
import { sketch } from "./sketch.js";
import { pictureOf } from "./state.js";
import * as WORDS from "../../words/playground.js";
import * as COMMON from "../../words/common.js";

/** @typedef {import("./model.js").Changed} Changed */
/** @typedef {import("./model.js").Manifest} Manifest */
/** @typedef {import("./scene.js").Picture} Picture */
/** @typedef {import("./state.js").Slider} Slider */
/** @typedef {import("./state.js").State} State */
/** @typedef {import("./view.js").Acts} Acts */

const PEN = { width: 7, value: 0.92 }; // pixels of 96, brightness: as the digits of the training

/** The list of pictures. @param {Manifest} manifest @param {(source: string) => void} onInput */
function sourceList({ examples, grounds, draw }, onInput) {
  const list = h("select", {
    class: "scse-select",
    "data-name": "source",
    "aria-label": COMMON.image,
  });
  /** @param {string} label @param {[string, string][]} options */
  const group = (label, options) =>
    h("optgroup", { label }, ...options.map(([value, text]) => h("option", { value, text })));
  /** @param {string} kind @param {import("./model.js").Source[]} sources @returns {[string, string][]} */
  const named = (kind, sources) => sources.map(({ title }, i) => [`${kind}:${i}`, title]);
  list.append(group(WORDS.examples, named("example", examples)));
  if (draw) {
    const sheets = /** @type {[string, string][]} */ ([["blank", WORDS.blank]]);
    list.append(group(WORDS.grounds, [...sheets, ...named("ground", grounds)]));
  }
  const mine = h("option", { value: "own", text: WORDS.own });
  const device = h("optgroup", { label: WORDS.fromDevice }, mine); // in the list once there is one
  list.addEventListener("change", () => onInput(list.value));
  return {
    list,
    /** @param {string} source @param {string | undefined} title of the reader's own */
    set(source, title) {
      if (title) mine.textContent = WORDS.yours(title);
      if ((title || source === "own") && !device.isConnected) list.append(device);
      list.value = source;
    },
  };
}

/**
 * The reader's own picture: chosen, dropped or pasted.
 * @param {HTMLElement} root @param {number} size @param {Acts} acts
 */
function uploading(root, size, { adopt, complain }) {
  const file = h("input", {
    type: "file",
    accept: "image/*",
    class: "scse-unseen",
    tabindex: -1,
    "data-name": "file",
    "aria-label": WORDS.yourImage,
  });
  let latest = 0;
  /** @param {File | Blob | undefined} chosen */
  async function take(chosen) {
    if (!chosen) return;
    const mine = ++latest; // a large file may take longer than the next one
    try {
      const picture = await greySquare(chosen, size);
      if (mine !== latest) return;
      adopt("name" in chosen ? chosen.name : WORDS.own, picture);
    } catch (error) {
      if (mine !== latest) return;
      complain(/** @type {Error} */ (error).message);
    }
    file.value = "";
  }
  file.addEventListener("change", () => take(file.files?.[0]));
  root.addEventListener("dragover", (event) => event.preventDefault());
  root.addEventListener("drop", (event) => {
    event.preventDefault();
    const dropped = event.dataTransfer?.files[0];
    if (dropped) take(dropped);
    else complain(WORDS.noFile);
  });
  root.addEventListener("paste", (event) => take(event.clipboardData?.files[0]));
  return file;
}

/**
 * What alters the picture.
 * @param {Manifest} manifest @param {Acts} acts
 */
function alterations({ sliders }, { change }) {
  const bars = Object.entries(sliders).map(([name, { label, min, max, start }]) => {
    const value = h("span", { class: "scse-note" });
    const digits = max > 2 ? 0 : 2;
    const slider = bar({
      label,
      name,
      kind: "plain",
      min,
      max,
      step: (max - min) / 20,
      format: (v) => fixed(v, digits),
      onInput: (v) => change({ [name]: v }, name),
    });
    slider.setHome(start);
    return {
      row: h("div", { class: "scse-row" }, h("span", { text: label }), slider.element, value),
      /** @param {State} state */
      set(state) {
        const now = state[/** @type {Slider} */ (name)];
        slider.set(now);
        value.textContent = fixed(now, digits);
      },
    };
  });
  return {
    rows: bars.map(({ row }) => row),
    /** @param {State} state */
    set(state) {
      for (const each of bars) each.set(state);
    },
  };
}

/** Where a picture comes from. @param {Manifest} manifest @param {string} source */
function creditOf({ examples, grounds }, source) {
  const { kind, index } = pictureOf(source);
  if (kind === "own") return WORDS.staysHere;
  const entry = { example: examples, ground: grounds }[kind]?.[index];
  return entry?.credit ?? WORDS.grey;
}

/**
 * @param {Manifest} manifest
 * @param {HTMLElement} root takes dropped and pasted pictures
 * @param {() => State} now @param {Acts} acts
 */
export function inputPanel(manifest, root, now, acts) {
  const { size, draw } = manifest;
  const sheet = canvas(size, size);
  const element = stack(sheet);
  const credit = h("span", { class: "scse-credit" });
  const source = sourceList(manifest, (value) => acts.change({ source: value, strokes: [] }));
  const file = uploading(root, size, acts);
  const upload = button(WORDS.upload, "upload", () => file.click());
  const clear = button(WORDS.clear, "clear", () => acts.change({ strokes: [] }));
  const altered = alterations(manifest, acts);
  const hint = WORDS.drawHint;
  if (draw) {
    sketch(element, {
      label: WORDS.drawOn,
      name: "sheet",
      size: () => [size, size],
      ink: () => PEN,
      strokes: () => now().strokes,
      onStrokes: (strokes, tag) => acts.change({ strokes }, tag),
    });
  }
  return {
    element: panel(
      WORDS.yourImage,
      element,
      h("div", { class: "scse-row" }, source.list, upload, file),
      ...(draw ? [h("div", { class: "scse-row" }, h("span", { text: hint }), clear)] : []),
      ...altered.rows,
      credit,
    ),
    sheet,
    /** @param {State} state @param {Picture} picture @param {string | undefined} title of the reader's own */
    set(state, picture, title) {
      paintMap(sheet, picture.bytes, 0, 255, "gray");
      source.set(state.source, title);
      enable([
        [clear, state.strokes.length > 0],
        [source.list, true],
      ]);
      credit.textContent = creditOf(manifest, state.source);
      altered.set(state);
    },
  };
}
