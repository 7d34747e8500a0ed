/** The blocks in the order in which they run, each with its gates as a row of stripes. */

import { choice } from "../../controls/controls.js";
import { h } from "../../ground/dom.js";
import { canvas, paintMap } from "../../draw/paint.js";
import { place } from "./overrule.js";

/** @typedef {import("./stored.js").Block} Block */

const STRIPES = 128; // of more channels every so-manieth is drawn

/**
 * Module paths without the parts that all of them begin or end with.
 * @param {string[]} names @returns {string[]}
 */
export function shorten(names) {
  const paths = names.map((name) => name.split("."));
  const most = Math.min(...paths.map((path) => path.length)) - 1;
  const shared = (/** @type {(path: string[], i: number) => string | undefined} */ part) => {
    let n = 0;
    while (n < most && paths.every((path) => part(path, n) === part(paths[0], n))) n++;
    return n;
  };
  if (names.length < 2) return names;
  const front = shared((path, i) => path[i]);
  const back = Math.min(
    shared((path, i) => path[path.length - 1 - i]),
    most - front,
  );
  return paths.map((path) => path.slice(front, path.length - back).join("."));
}

/** @param {Block[]} blocks @param {(block: string) => void} onInput */
export function strip(blocks, onInput) {
  const short = shorten(blocks.map(({ name }) => name));
  const cells = blocks.map(({ name, channels, size, channel }, b) => {
    const count = channel ? Math.min(STRIPES, channels) : 1;
    const stripes = canvas(1, count);
    stripes.classList.add("scse-stripes");
    stripes.style.aspectRatio = "";
    const mark = h("span", { class: "scse-mark", hidden: true, title: "overruled", text: " ●" });
    const unseen = h("span", { class: "scse-unseen" });
    const shape = `${channels}${size.length ? ` · ${size.join("×")}` : ""}`;
    const label = h(
      "span",
      { class: "scse-cell" },
      h(
        "span",
        { class: "scse-cellname" },
        h("b", {}, h("bdi", { dir: "ltr", text: short[b] })),
        unseen,
      ),
      h("span", { class: "scse-cellsize" }, shape, mark),
      stripes,
    );
    return { name, label, stripes, mark, unseen, count, channels };
  });
  const chooser = choice({
    label: `Block (${blocks.length}, in the order in which they run): channels · size, and the gate of each channel; bright lets through`,
    name: "block",
    options: cells.map(({ name, label }) => ({ value: name, label, title: name })),
    onInput,
  });
  chooser.element.classList.add("scse-strip");
  return {
    element: chooser.element,
    /**
     * @param {string} open
     * @param {(b: number) => ArrayLike<number> | undefined} gates that go on
     * @param {import("./overrule.js").Overrule} overrule
     */
    set(open, gates, overrule) {
      chooser.set(open);
      cells.forEach(({ name, stripes, mark, unseen, count, channels }, b) => {
        const values = gates(b);
        stripes.classList.toggle("scse-none", !values);
        if (values) {
          const every = Array.from(
            { length: count },
            (_, i) => values[Math.floor((i * channels) / count)],
          );
          paintMap(stripes, every, 0, 1, "channel");
        }
        mark.hidden = !(place(name) in overrule);
        unseen.textContent = mark.hidden ? "" : " (overruled)";
      });
    },
  };
}
