/** The left panel: which picture, what is drawn on it, how it is altered. */

import { bar, button, enable } from "../../controls/controls.js";
import { stack } from "../../draw/cursor.js";
import { fixed, h } from "../../ground/dom.js";
import { panel } from "../../desk/figure.js";
import { canvas, paintMap } from "../../draw/paint.js";
import { greySquare } from "./file.js";
import { pen } from "../../desk/pen.js";

/** @typedef {import("./state.js").State} State */

const PEN = { width: 7, value: 0.92 }; // pixels of 96, brightness: as the digits of the training

/**
 * @param {object} options
 * @param {any} options.manifest
 * @param {HTMLElement} options.root takes dropped and pasted pictures
 * @param {() => State} options.state
 * @param {(changes: Partial<State>, tag?: string) => void} options.change
 * @param {(title: string, picture: Float64Array) => void} options.adopt
 * @param {(text: string) => void} options.complain an empty text takes the complaint back
 */
export function inputPanel({ manifest, root, state, change, adopt, complain }) {
  const { size, examples, grounds, sliders } = manifest;
  const sheet = canvas(size, size);
  const cursor = h("div", { class: "scse-pencil", hidden: true });
  const element = stack(sheet, cursor);
  const credit = h("span", { class: "scse-credit" });

  const select = h("select", {
    class: "scse-select",
    "data-name": "source",
    "aria-label": "Picture",
  });
  /** @param {string} label @param {[string, string][]} options */
  const group = (label, options) =>
    h("optgroup", { label }, ...options.map(([value, text]) => h("option", { value, text })));
  const name =
    (/** @type {string} */ kind) => (/** @type {any} */ entry, /** @type {number} */ i) =>
      /** @type {[string, string]} */ ([`${kind}:${i}`, entry.title]);
  const mine = h("option", { value: "own", text: "your picture" });
  const device = h("optgroup", { label: "from this device" }, mine); // in the list once there is one
  select.append(group("held-out examples", examples.map(name("example"))));
  if (manifest.draw) {
    select.append(
      group("photographs to draw on", [["blank", "a blank page"], ...grounds.map(name("ground"))]),
    );
  }
  const file = h("input", {
    type: "file",
    accept: "image/*",
    class: "scse-unseen",
    tabindex: -1,
    "data-name": "file",
    "aria-label": "Your picture",
  });
  const upload = button("Your picture …", "upload", () => file.click());
  const clear = button("Clear drawing", "clear", () => change({ strokes: [] }));

  select.addEventListener("change", () => {
    complain("");
    change({ source: select.value, strokes: [] });
  });
  let latest = 0;
  /** @param {File | Blob | undefined} chosen */
  async function take(chosen) {
    if (!chosen) return;
    const mine = ++latest; // a large file may take longer than the next one
    try {
      const picture = await greySquare(chosen, size);
      if (mine !== latest) return;
      const title = "name" in chosen ? chosen.name : "your picture";
      adopt(title, picture);
      complain("");
      change({ source: "own", strokes: [] });
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
    else complain("What was dropped is no file. Save the picture first, then drop it here.");
  });
  root.addEventListener("paste", (event) => take(event.clipboardData?.files[0]));

  if (manifest.draw) {
    let before = /** @type {import("./state.js").Stroke[]} */ ([]);
    let drawing = 0;
    let fresh = true;
    pen(element, {
      label: "Picture to draw on",
      name: "sheet",
      size: () => [size, size],
      onStroke(points, done) {
        if (fresh) {
          before = state().strokes;
          drawing += 1;
        }
        fresh = done;
        change({ strokes: [...before, { ...PEN, points }] }, `stroke ${drawing}!`);
      },
      onCursor: (x, y, down) => {
        cursor.hidden = x < 0;
        cursor.style.left = `${(100 * x) / size}%`;
        cursor.style.top = `${(100 * y) / size}%`;
        cursor.classList.toggle("scse-down", down);
      },
    });
  }

  const bars = Object.entries(sliders).map(([key, { label, min, max, start }]) => {
    const value = h("span", { class: "scse-note" });
    const step = (max - min) / 20;
    const slider = bar({
      label,
      name: key,
      kind: "plain",
      min,
      max,
      step,
      format: (v) => fixed(v, max > 2 ? 0 : 2),
      onInput: (v) => change({ [key]: v }, key),
    });
    slider.setHome(start);
    return {
      key,
      slider,
      row: h("div", { class: "scse-row" }, h("span", { text: label }), slider.element, value),
      value,
      digits: max > 2 ? 0 : 2,
    };
  });

  const hint = manifest.draw
    ? "Draw on it, about a third of its height: pointer, finger, or Space and the arrow keys."
    : "";
  return {
    element: panel(
      "Your picture",
      element,
      h("div", { class: "scse-row" }, select, upload, file),
      ...(manifest.draw ? [h("div", { class: "scse-row" }, h("span", { text: hint }), clear)] : []),
      ...bars.map(({ row }) => row),
      credit,
    ),
    sheet,
    /** @param {State} now @param {import("./scene.js").Picture} picture @param {string | undefined} title of the reader's own */
    update(now, picture, title) {
      paintMap(sheet, picture.bytes, 0, 255, "gray");
      if (title) mine.textContent = `yours: ${title}`;
      if ((title || now.source === "own") && !device.isConnected) select.append(device);
      select.value = now.source;
      enable([
        [clear, now.strokes.length > 0],
        [select, true],
      ]);
      const [kind, number] = now.source.split(":");
      const entry = { example: examples, ground: grounds }[kind]?.[Number(number)];
      credit.textContent =
        kind === "own"
          ? "Your picture stays in this browser: it is sent nowhere."
          : (entry?.credit ?? "grey as in the first lessons of the training");
      for (const { key, slider, value, digits } of bars) {
        const v = /** @type {any} */ (now)[key];
        slider.set(v);
        value.textContent = fixed(v, digits);
      }
    },
  };
}
