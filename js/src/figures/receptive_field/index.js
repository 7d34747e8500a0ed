/** ReceptiveField: what one pixel of a stage sees of the image, by the layers and by its gradient. */

import { choice, readout } from "../../controls/controls.js";
import { fit } from "../../desk/card.js";
import { pictureChooser } from "../../desk/chooser.js";
import { colourBar, panel } from "../../desk/figure.js";
import { asItComes } from "../../desk/recalibrated.js";
import { marker, pointable, stack } from "../../draw/cursor.js";
import { canvas, paintMap } from "../../draw/paint.js";
import { fixed, h } from "../../ground/dom.js";
import { planesOf } from "../../ground/plane.js";
import { index, oneOf, widget } from "../../widget.js";
import { evaluate, places as placesOf, quantities } from "./model.js";
import * as WORDS from "../../words/receptive_field.js";
import * as COMMON from "../../words/common.js";

/** @typedef {import("./model.js").Manifest} Manifest */
/** @typedef {import("./model.js").State} State */
/** @typedef {import("./model.js").Square} Square */
/** @typedef {import("../../widget.js").Context<Manifest, State>} Context */

const GATES = WORDS.gates;

/** @param {number} n @returns {import("../../widget.js").Check} */
const pair = (n) => (value) =>
  Array.isArray(value) &&
  value.length === 2 &&
  value.every((v) => Number.isInteger(v) && v >= 0 && v < n)
    ? undefined
    : WORDS.pair(n - 1);

/** A square on the image, as a frame over a canvas. @param {string} kind */
function frame(kind) {
  const element = h("div", { class: `scse-frame scse-${kind}` });
  return {
    element,
    /** @param {Square | undefined} square none is hidden @param {[number, number]} size of the image */
    set(square, [height, width]) {
      element.hidden = !square;
      if (!square) return;
      const [top, bottom, left, right] = square;
      element.style.left = `${(100 * left) / width}%`;
      element.style.top = `${(100 * top) / height}%`;
      element.style.width = `${(100 * (right - left + 1)) / width}%`;
      element.style.height = `${(100 * (bottom - top + 1)) / height}%`;
    },
  };
}

/** The pixels that can be picked, as dots. @param {number} n */
function dotsOf(n) {
  const dots = Array.from({ length: n * n }, () => h("span"));
  return {
    element: h("div", { class: "scse-dots" }, ...dots),
    /** @param {[number, number]} size of the image */
    set([height, width]) {
      const [rows, columns] = [placesOf(height, n), placesOf(width, n)];
      dots.forEach((dot, i) => {
        dot.style.top = `${(100 * (rows[Math.floor(i / n)] + 0.5)) / height}%`;
        dot.style.left = `${(100 * (columns[i % n] + 0.5)) / width}%`;
      });
    },
  };
}

/** A choice of stages that goes down and up again, with the skip connections. @param {Manifest["stages"]} stages @param {(stage: string) => void} onInput */
function stageChooser(stages, onInput) {
  const depth = Math.floor(stages.length / 2);
  const shapes = stages.map(() => h("span", { class: "scse-shape" }));
  const chooser = choice({
    label: WORDS.stage,
    name: "stage",
    options: stages.map(({ name }, i) => ({
      value: name,
      label: h("span", { class: "scse-stage" }, h("span", { text: name }), " ", shapes[i]),
    })),
    onInput,
  });
  chooser.element.classList.add("scse-descent");
  const options = chooser.element.querySelector(".scse-options");
  options?.querySelectorAll("label").forEach((label, i) => {
    const level = Math.min(i, stages.length - 1 - i);
    label.style.gridRow = String(level + 1);
    const column = i < depth ? 1 + level : i === depth ? 6 : 11 - level;
    label.style.gridColumn = `${column} / span 4`;
  });
  for (let level = 0; level < depth; level++) {
    const skip = h("span", { class: "scse-skip", "aria-hidden": true });
    skip.style.gridRow = String(level + 1);
    skip.style.gridColumn = `${5 + level} / ${11 - level}`;
    if (level === 0) skip.append(h("span", { text: WORDS.skip }));
    options?.append(skip);
  }
  return {
    ...chooser,
    /** @param {[number, number]} size of the image */
    shapes([height, width]) {
      stages.forEach(({ channels, step }, i) => {
        shapes[i].textContent = `${channels} × ${height / step}×${width / step}`;
      });
    },
  };
}

export default widget(
  "field",
  (/** @type {Manifest} */ { samples, stages, places }) => ({
    picture: index(samples.length),
    stage: oneOf(stages.map(({ name }) => name)),
    place: pair(places),
    channel: index(samples[0].channels[0].length),
    gates: oneOf(Object.keys(GATES)),
  }),
  (/** @type {Context} */ { root, manifest, arrays, get, set, say, parts, measure }) => {
    const { samples, stages, places, decades } = manifest;
    const stored = samples[0].channels[0].length;

    const pictures = pictureChooser({
      label: COMMON.image,
      titles: samples.map(({ title }) => title),
      onInput: (picture) => set({ picture }),
    });
    const gates = choice({
      label: WORDS.gatesAre,
      name: "gates",
      options: Object.entries(GATES).map(([value, label]) => ({ value, label })),
      onInput: (value) => set({ gates: /** @type {State["gates"]} */ (value) }),
    });
    const chooser = stageChooser(stages, (stage) => set({ stage }));

    /** One of three views of the image's square. @param {string} label @param {string} name */
    function view(label, name) {
      const sheet = canvas(1, 1);
      const [theory, effective, pixel] = [frame("theory"), frame("effective"), marker()];
      const dots = dotsOf(places);
      const layers = [dots, theory, effective, pixel].map(({ element }) => element);
      const over = h("div", {}, stack(sheet, ...layers));
      pointable(over, {
        label,
        name,
        width: places,
        height: places,
        where: () => [get("place")[1], get("place")[0]],
        onMove(x, y) {
          const [row, column] = get("place");
          if (row !== y || column !== x) set({ place: [y, x] });
        },
      });
      return {
        over,
        sheet,
        /** @param {ReturnType<typeof evaluate>} seen @param {[number, number]} size */
        mark({ window, square, pixel: [row, column], rows, columns }, size) {
          theory.set(window, size);
          effective.set(square, size);
          pixel.at(column, row, columns, rows);
          dots.set(size);
        },
      };
    }
    const views = {
      image: view(COMMON.image, "point-image"),
      gradient: view(WORDS.gradient, "point-gradient"),
      map: view(WORDS.map, "point-map"),
    };
    views.map.sheet.setAttribute("data-term", "u_k");
    const [credit, scaleNote, mapTitle] = [h("span"), h("span"), h("span")];
    const colours = colourBar("feature", "map");

    const tiles = Array.from({ length: stored }, () => ({ map: canvas(1, 1), name: h("span") }));
    const channels = choice({
      label: COMMON.channel,
      name: "channel",
      hidden: true,
      options: tiles.map(({ map, name }, i) => ({
        value: String(i),
        label: h("span", { class: "scse-tile" }, map, name),
      })),
      onInput: (value) => set({ channel: Number(value) }),
    });
    channels.element.classList.add("scse-tiles");

    /** Two digits that count, also of a very small number. @param {number} v */
    const twoDigits = (v) =>
      fixed(v, v > 0 ? Math.min(12, Math.max(1, 1 - Math.floor(Math.log10(v)))) : 0);
    const whole = (/** @type {number} */ v) => fixed(v, 0);
    const percent = (/** @type {number} */ v) => fixed(v, v < 10 ? 1 : 0);
    const out = {
      row: readout("row", whole),
      column: readout("column", whole),
      step: readout("step", whole),
      height: readout("height", whole),
      width: readout("width", whole),
      share: readout("share", percent),
      side: readout("side", whole),
      effective: readout("effective", percent),
      outside: readout("outside", twoDigits),
      value: readout("value"),
    };
    const [of, grid, wide] = [h("span"), h("span"), h("div")];
    wide.append(...WORDS.outside(out.outside.element));
    /** @param {string} kind */
    const key = (kind) =>
      h("span", { class: `scse-key scse-frame scse-${kind}`, "aria-hidden": true });
    const result = h(
      "div",
      { class: "scse-result" },
      h(
        "div",
        {},
        ...WORDS.pixel({
          place: h("b", {}, ...WORDS.place({ row: out.row.element, column: out.column.element })),
          of,
          step: h("span", { "data-term": "step" }, ...WORDS.step(out.step.element)),
        }),
      ),
      h(
        "div",
        { "data-term": "field" },
        ...WORDS.theory({
          key: key("theory"),
          square: h("b", {}, out.height.element, "×", out.width.element),
          share: out.share.element,
        }),
      ),
      h(
        "div",
        {},
        ...WORDS.effective({
          key: key("effective"),
          side: h("b", {}, out.side.element),
          grid,
          share: out.effective.element,
        }),
      ),
      h("div", { "data-term": "u_k" }, ...WORDS.value(out.value.element)),
      wide,
    );

    const sheets = h(
      "div",
      { class: "scse-panels" },
      panel(COMMON.image, views.image.over, credit),
      panel(WORDS.gradient, views.gradient.over, scaleNote),
      panel(mapTitle, views.map.over, colours.element),
      channels.element,
    );
    root.append(
      h("div", { class: "scse-controls" }, pictures.element, gates.element),
      h("div", { class: "scse-top" }, chooser.element, result),
      sheets,
      h("p", {
        text: WORDS.help,
      }),
    );
    parts({
      picture: [pictures.element],
      stage: [chooser.element],
      gates: [gates.element],
      image: [views.image.over.parentElement],
      gradient: [views.gradient.over.parentElement],
      map: [views.map.over.parentElement],
      channels: [channels.element],
      result: [result],
    });

    return function update() {
      /** @type {State} */
      const state = {
        picture: get("picture"),
        stage: get("stage"),
        place: get("place"),
        channel: get("channel"),
        gates: get("gates"),
      };
      const seen = evaluate(manifest, arrays, state);
      const { rows, columns, pixel, window, side } = seen;
      const { size, channels: numbers } = samples[state.picture];
      const [height, width] = size;
      const { step, name } = stages[seen.stage];
      const moving = state.gates === "moving";
      pictures.set(state.picture);
      gates.set(state.gates);
      chooser.set(name);
      chooser.shapes(size);
      channels.set(String(state.channel));

      const { image, gradient, map } = views;
      fit(image.sheet, height, width);
      fit(gradient.sheet, height, width);
      fit(map.sheet, rows, columns);
      paintMap(image.sheet, arrays[`image-${state.picture}`], 0, 255, "gray");
      paintMap(gradient.sheet, seen.seen, 0, 1, "feature");
      const planes = planesOf(arrays[`maps-${seen.stage}-${state.picture}`], rows, columns);
      planes.forEach((plane, i) => {
        const { low, high } = asItComes(plane);
        fit(tiles[i].map, rows, columns);
        paintMap(tiles[i].map, plane.data, low, high, "feature");
        tiles[i].name.textContent = String(numbers[seen.stage][i] + 1);
        if (i !== state.channel) return;
        paintMap(map.sheet, plane.data, low, high, "feature");
        colours.set(low, high);
      });
      for (const each of Object.values(views)) each.mark(seen, size);
      mapTitle.textContent = WORDS.channelOf({
        channel: numbers[seen.stage][state.channel] + 1,
        stage: name,
      });
      credit.textContent = samples[state.picture].credit ?? "";
      scaleNote.textContent = moving ? WORDS.logarithmic(decades) : WORDS.root;

      out.row.set(pixel[0]);
      out.column.set(pixel[1]);
      out.step.set(step);
      of.textContent = WORDS.ofGrid({ rows, columns });
      out.height.set(window[1] - window[0] + 1);
      out.width.set(window[3] - window[2] + 1);
      out.share.set(100 * seen.share);
      out.side.set(side);
      out.effective.set(100 * seen.effective);
      grid.textContent = seen.square ? `×${side}` : WORDS.noGradient;
      out.value.set(seen.value);
      out.outside.set(100 * seen.outside);
      wide.classList.toggle("scse-none", !moving);
      const now = quantities(seen, state.gates);
      measure(now);
      say(
        WORDS.said({
          stage: name,
          row: pixel[0],
          column: pixel[1],
          height: now["height of the square"],
          width: now["width of the square"],
          share: percent(100 * seen.share),
          effective: seen.square ? WORDS.saidField(side) : WORDS.saidNone,
        }),
      );
    };
  },
);
