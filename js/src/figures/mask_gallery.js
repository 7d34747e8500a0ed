/** MaskGallery: the spatial masks of all blocks, on one scale or each on its own. */

import { pictureChooser } from "../desk/chooser.js";
import { button, choice, readout } from "../controls/controls.js";
import { marker, pointable, stack } from "../draw/cursor.js";
import { fixed, h } from "../ground/dom.js";
import { colourBar, panel } from "../desk/figure.js";
import { canvas, paintMap, range } from "../draw/paint.js";
import { index, oneOf, widget } from "../widget.js";
import * as WORDS from "../words/mask_gallery.js";
import * as COMMON from "../words/common.js";

/**
 * What scse/widgets/mask_gallery.py describes.
 * @typedef {object} Manifest
 * @property {{title: string, credit: string}[]} samples @property {[number, number]} size of the pictures
 * @property {{name: string, size: [number, number]}[]} blocks and the sizes of their masks
 * @property {string[]} terms that it shows, see book/_ext/terms.py
 */
/** @typedef {{picture: number, scale: string}} State scale "shared" or "own" */
/** @typedef {import("../widget.js").Context<Manifest, State>} Context */

/** Digits that show how narrow a range can be. @param {number} v */
const fine = (v) => fixed(v, 3);

export default widget(
  "gallery",
  (/** @type {Manifest} */ { samples }) => ({
    picture: index(samples.length),
    scale: oneOf(["shared", "own"]),
  }),
  (/** @type {Context} */ { root, manifest, arrays, get, set, say, parts }) => {
    const { samples, size, blocks } = manifest;
    const pictures = pictureChooser({
      label: COMMON.image,
      titles: samples.map(({ title }) => title),
      onInput: (picture) => set({ picture }),
    });
    const scales = choice({
      label: WORDS.colours,
      name: "scale",
      options: [
        { value: "shared", label: WORDS.shared },
        { value: "own", label: WORDS.each },
      ],
      onInput: (scale) => set({ scale }),
    });
    const reset = button(COMMON.reset, "reset", () => set({ picture: 0, scale: "shared" }));

    /** Where the reader points, as parts of width and height. */
    let [x, y] = [0.5, 0.5];
    let pointing = false;

    /**
     * @param {string} name @param {number} height @param {number} width
     */
    function pointed(name, height, width) {
      const element = canvas(height, width);
      const mark = marker();
      const over = stack(element, mark.element);
      const column = () => Math.min(width - 1, Math.floor(x * width));
      const row = () => Math.min(height - 1, Math.floor(y * height));
      pointable(over, {
        label: name,
        name: `point-${name}`,
        width,
        height,
        where: () => [column(), row()],
        onMove(i, j) {
          [x, y] = [(i + 0.5) / width, (j + 0.5) / height];
          pointing = true;
          point(name);
        },
        onLeave() {
          pointing = false;
          point(name);
        },
      });
      return {
        element,
        over,
        /** Marks the place; returns its number in the map. */
        place() {
          if (pointing) mark.at(column(), row(), width, height);
          else mark.hide();
          return row() * width + column();
        },
      };
    }

    const photo = pointed("picture", size[0], size[1]);
    const credit = h("span");
    const masks = blocks.map(
      (/** @type {{name: string, size: number[]}} */ { name, size: [height, width] }) => {
        const map = pointed(name, height, width);
        const scale = colourBar("space", name, fine);
        map.element.setAttribute("data-term", "s");
        const value = readout(`value-${name}`, fine);
        const note = h("span", { class: "scse-note" });
        const low = readout(`min-${name}`, fine);
        const high = readout(`max-${name}`, fine);
        const element = panel(
          h("span", {}, name, h("small", { text: ` ${height}×${width}` })),
          map.over,
          h("span", {}, ...WORDS.range({ low: low.element, high: high.element })),
          scale.element,
          note,
        );
        return { name, map, scale, value, note, low, high, element, length: height * width };
      },
    );
    /** @param {(typeof masks)[number]} mask */
    const valuesOf = (mask) =>
      arrays[mask.name].subarray(get("picture") * mask.length, (get("picture") + 1) * mask.length);

    /** @param {string} [name] the map that is pointed at */
    function point(name) {
      photo.place();
      for (const mask of masks) {
        const s = valuesOf(mask)[mask.map.place()];
        mask.value.set(s);
        mask.note.replaceChildren(...(pointing ? WORDS.here(mask.value.element) : []));
        if (pointing && mask.name === name) say(WORDS.said({ name, s: fine(s) }));
      }
    }

    root.append(
      h("div", { class: "scse-controls" }, pictures.element, scales.element, reset),
      h(
        "div",
        { class: "scse-wall" },
        panel(WORDS.picture, photo.over, credit),
        ...masks.map((mask) => mask.element),
      ),
      h("p", {
        text: WORDS.help,
      }),
    );

    parts({
      picture: [pictures.element],
      colours: [scales.element],
      masks: [root.querySelector(".scse-wall")],
      decoders: masks
        .filter(({ name }) => name.startsWith("decoder"))
        .map(({ element }) => element),
    });

    return function update() {
      const picture = get("picture");
      const shared = get("scale") === "shared";
      pictures.set(picture);
      scales.set(get("scale"));
      paintMap(
        photo.element,
        arrays.images.subarray(picture * size[0] * size[1], (picture + 1) * size[0] * size[1]),
        0,
        255,
        "gray",
      );
      credit.textContent = samples[picture].credit ?? "";
      const told = masks.map((mask) => {
        const values = valuesOf(mask);
        const [low, high] = range(values);
        mask.low.set(low);
        mask.high.set(high);
        paintMap(mask.map.element, values, shared ? 0 : low, shared ? 1 : high, "space");
        mask.scale.set(shared ? 0 : low, shared ? 1 : high);
        return WORDS.saidRange({ name: mask.name, low: fine(low), high: fine(high) });
      });
      if (!pointing) say(WORDS.saidRanges(told.join(", ")));
      point();
    };
  },
);
