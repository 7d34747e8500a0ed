/** All blocks of the network in a row: the mask of each above its channel gates; choose one. */

import { choice } from "../../controls/controls.js";
import { h } from "../../ground/dom.js";
import { canvas, paintMap } from "../../draw/paint.js";

/** e1 … b … d1 @param {string} name */
const short = (name) => name[0] + (/\d+$/.exec(name)?.[0] ?? "");

/**
 * @param {Record<string, {channels: number, positions: number[], branches: string[]}>} sites
 * @param {(block: string) => void} onInput
 */
export function blockStrip(sites, onInput) {
  const largest = Math.max(...Object.values(sites).map(({ positions }) => positions[0]));
  const cells = Object.entries(sites).map(([name, { channels, positions }]) => {
    const mask = canvas(positions[0], positions[1]);
    const gates = canvas(1, channels);
    gates.classList.add("scse-gates");
    gates.style.aspectRatio = "";
    const label = h(
      "span",
      { class: "scse-cell" },
      mask,
      gates,
      h(
        "span",
        { class: "scse-cellname" },
        h("span", { class: "scse-long", text: name }),
        h("span", { class: "scse-short", "aria-hidden": true, text: short(name) }),
      ),
    );
    label.style.setProperty("--level", String(Math.log2(largest / positions[0])));
    return { name, mask, gates, label, channels, positions };
  });
  const what = h("span");
  const chooser = choice({
    label: h("span", {}, "Block: ", what, ". Brighter lets more through."),
    name: "block",
    options: cells.map(({ name, label, channels, positions }) => ({
      value: name,
      label,
      title: `${name}: ${channels} channels of ${positions.join(" × ")} positions`,
    })),
    onInput,
  });
  chooser.element.classList.add("scse-strip");
  return {
    element: chooser.element,
    /** At once: an answer on its way is of an older choice. */
    choose: chooser.set,
    /**
     * @param {Record<string, {channel: ArrayLike<number> | undefined, spatial: ArrayLike<number> | undefined, meddled: boolean}>} gates that go on
     */
    set(gates) {
      const all = Object.values(gates);
      const [masks, rows] = [
        all.some(({ spatial }) => spatial),
        all.some(({ channel }) => channel),
      ];
      what.textContent = !masks
        ? "the gates of its channels"
        : rows
          ? "its mask, and below it the gates of its channels"
          : "its mask";
      for (const { name, mask, gates: row, label } of cells) {
        const { channel, spatial, meddled } = gates[name] ?? {};
        mask.hidden = !spatial;
        row.classList.toggle("scse-none", !channel);
        if (spatial) paintMap(mask, spatial, 0, 1, "space");
        if (channel) paintMap(row, channel, 0, 1, "channel");
        label.classList.toggle("scse-meddled", Boolean(meddled));
      }
    },
  };
}
