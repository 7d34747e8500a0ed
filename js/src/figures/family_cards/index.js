/** FamilyCards: two relatives of scSE side by side, on the same maps. */

import { choice, readout } from "../../controls/controls.js";
import { select } from "../../controls/select.js";
import { colourBar, panel } from "../../desk/figure.js";
import { canvas, paintMap, range } from "../../draw/paint.js";
import { count, fixed, h } from "../../ground/dom.js";
import { index, oneOf, widget } from "../../widget.js";
import { compare, montage, quantities, SIDES } from "./model.js";
import * as WORDS from "../../words/family_cards.js";
import * as COMMON from "../../words/common.js";

/**
 * What scse/widgets/family_cards.py describes.
 * @typedef {object} Manifest
 * @property {string} title of the input image @property {string} block
 * @property {[number, number, number]} shape channels, height and width of the maps
 * @property {import("./model.js").Card[]} members
 * @property {Record<string, string>} inputs what each is called
 * @property {Record<string, string>} weights
 * @property {string[]} terms that it shows, see book/_ext/terms.py
 */
/** @typedef {import("./model.js").State} State */
/** @typedef {import("../../widget.js").Context<Manifest, State>} Context */

const PARTS = /** @type {const} */ (["channel", "place", "both"]);

/** @param {Record<string, string>} named */
const options = (named) => Object.entries(named).map(([value, label]) => ({ value, label }));

/** One side: the choice of a member, its card, and what it does. @param {"left" | "right"} side @param {Context} context */
function half(side, { manifest, set }) {
  const { members, shape } = manifest;
  const [channels, height, width] = shape;
  const pick = select({
    label: WORDS.blockAt[side],
    name: side,
    hidden: true,
    options: members.map(({ name, title }) => ({ value: name, label: title })),
    onInput: (value) => set({ [side]: value }),
  });
  const facts = Object.fromEntries(
    ["squeezes", "gates", "joins", "starts"].map((name) => [name, h("dd")]),
  );
  const parameters = readout(`${side}-parameters`, count);
  const macs = readout(`${side}-macs`, (v) => WORDS.millions(fixed(v / 1e6, 2)));
  const card = h(
    "dl",
    { class: "scse-facts" },
    ...Object.entries(WORDS.facts).flatMap(([name, text]) => [h("dt", { text }), facts[name]]),
    h("dt", { text: WORDS.parameters }),
    h("dd", {}, parameters.element),
    h("dt", { text: WORDS.macs }),
    h("dd", {}, macs.element),
  );

  const first = montage(new Float64Array(channels * height * width), shape);
  const sheet = canvas(first.height, first.width, WORDS.factors);
  sheet.setAttribute("data-term", "F");
  const marker = h("div", { class: "scse-marker", "aria-hidden": true });
  const rows = Math.ceil(channels / 4);
  const tiles = h("div", { class: "scse-stack scse-pointable" }, sheet, marker);
  tiles.addEventListener("click", (event) => {
    const box = sheet.getBoundingClientRect();
    const column = Math.floor((4 * (event.clientX - box.left)) / box.width);
    const row = Math.floor((rows * (event.clientY - box.top)) / box.height);
    const at = 4 * Math.min(rows - 1, Math.max(0, row)) + Math.min(3, Math.max(0, column));
    if (at < channels) set({ channel: at });
  });
  const scale = colourBar("difference", `${side}-factor`);
  const title = h("span");

  const bars = PARTS.map((name) => {
    const number = readout(`${side}-${name}`, (v) => `${fixed(100 * v, 0)} %`);
    const piece = h("span", { class: `scse-piece scse-by-${name}`, "aria-hidden": true });
    return { number, piece, element: h("span", {}, `${WORDS.dependsOn[name]} `, number.element) };
  });
  const rank = readout(`${side}-rank`, count);
  const moved = readout(`${side}-moved`, (v) => fixed(v, 3));
  const constant = h("span", { text: WORDS.nothing });
  const legend = h("span", { class: "scse-legend" }, ...bars.map(({ element }) => element));
  const depends = h(
    "div",
    { class: "scse-depends" },
    h("div", { class: "scse-split", "aria-hidden": true }, ...bars.map(({ piece }) => piece)),
    h("span", {}, WORDS.differs),
    legend,
    constant,
    h("span", {}, ...WORDS.rank(rank.element)),
    h("span", {}, ...WORDS.moved(moved.element)),
  );

  const part = canvas(height, width, WORDS.itsFactor);
  const partTitle = h("span");
  const out = canvas(height, width, WORDS.itsOutput);
  out.setAttribute("data-term", "out");
  const outputs = h(
    "div",
    { class: "scse-pair" },
    panel(partTitle, part),
    panel(COMMON.output, out),
  );
  return {
    element: h(
      "section",
      { class: "scse-half", "aria-label": WORDS.theBlockAt[side] },
      pick.element,
      panel(title, tiles, scale.element),
      depends,
      card,
      outputs,
    ),
    card,
    tiles,
    depends,
    outputs,
    /** @param {ReturnType<typeof compare>["left"]} now @param {number} k @param {number} low @param {number} high */
    show(now, k, low, high) {
      pick.set(now.card.name);
      for (const [name, cell] of Object.entries(facts)) {
        cell.textContent = now.card[/** @type {"squeezes"} */ (name)];
      }
      parameters.set(now.card.parameters);
      macs.set(now.card.macs);
      partTitle.textContent = now.adds ? WORDS.added : WORDS.factor;
      title.textContent = WORDS.allChannels(partTitle.textContent);
      // White leaves a value as it is: a factor of 1, an addend of 0.
      const reach = now.adds ? Math.max(0.05, ...range(now.field).map(Math.abs)) : 1;
      const middle = now.adds ? 0 : 1;
      scale.set(middle - reach, middle + reach);
      const all = montage(now.field, shape);
      paintMap(sheet, all.values, middle - reach, middle + reach, "difference");
      paintMap(part, now.part, middle - reach, middle + reach, "difference");
      paintMap(out, now.out, low, high, "feature");
      marker.style.left = `${25 * (k % 4)}%`;
      marker.style.top = `${(100 * Math.floor(k / 4)) / rows}%`;
      marker.style.width = "25%";
      marker.style.height = `${100 / rows}%`;
      const flat = now.shares.every((share) => share === 0);
      constant.hidden = !flat;
      legend.hidden = flat;
      bars.forEach(({ number, piece }, i) => {
        number.set(now.shares[i]);
        piece.style.flexGrow = String(now.shares[i]);
      });
      rank.set(now.rank);
      moved.set(now.moved);
    },
  };
}

export default widget(
  "family",
  (/** @type {Manifest} */ { members, shape, inputs, weights }) => ({
    left: oneOf(members.map(({ name }) => name)),
    right: oneOf(members.map(({ name }) => name)),
    channel: index(shape[0]),
    input: oneOf(Object.keys(inputs)),
    weights: oneOf(Object.keys(weights)),
  }),
  (/** @type {Context} */ context) => {
    const { root, manifest, arrays, get, set, say, parts, measure } = context;
    const { members, shape, inputs, weights } = manifest;
    const [channels, height, width] = shape;
    const channel = select({
      label: COMMON.channel,
      name: "channel",
      options: Array.from({ length: channels }, (_, k) => ({
        value: String(k),
        label: String(k + 1),
      })),
      onInput: (value) => set({ channel: Number(value) }),
    });
    const input = select({
      label: WORDS.goesIn,
      name: "input",
      options: options(inputs),
      onInput: (value) => set({ input: value }),
    });
    const kind = choice({
      label: WORDS.weights,
      name: "weights",
      options: options(weights),
      onInput: (value) => set({ weights: value }),
    });
    const map = canvas(height, width, WORDS.mapIn);
    map.setAttribute("data-term", "u_k");
    const mapScale = colourBar("feature", "map");
    const which = h("span");
    const halves = SIDES.map((side) => half(side, context));
    root.append(
      h("div", { class: "scse-controls" }, channel.element, input.element, kind.element),
      h(
        "div",
        { class: "scse-goesin" },
        panel(which, map, mapScale.element),
        h("p", {
          text: WORDS.help({
            block: manifest.block,
            title: manifest.title,
            r: Math.max(1, Math.floor(channels / 4)),
          }),
        }),
      ),
      h("div", { class: "scse-halves" }, ...halves.map(({ element }) => element)),
    );
    parts({
      channel: [channel.element],
      input: [input.element],
      weights: [kind.element],
      map: [map.parentElement],
      cards: halves.map(({ card }) => card),
      factors: halves.map(({ tiles }) => tiles),
      shares: halves.map(({ depends }) => depends),
      outputs: halves.map(({ outputs }) => outputs),
    });

    return function update() {
      const state = {
        left: get("left"),
        right: get("right"),
        channel: get("channel"),
        input: get("input"),
        weights: get("weights"),
      };
      const now = compare(members, arrays.maps, shape, state);
      channel.set(String(state.channel));
      input.set(state.input);
      kind.set(state.weights);
      which.textContent = WORDS.map(state.channel + 1);
      const ends = [now.u, now.left.out, now.right.out].map(range);
      const low = Math.min(0, ...ends.map(([from]) => from));
      const high = Math.max(...ends.map(([, to]) => to));
      paintMap(map, now.u, low, high, "feature");
      mapScale.set(low, high);
      SIDES.forEach((side, i) => halves[i].show(now[side], state.channel, low, high));
      measure(quantities(now));
      say(
        SIDES.map((side) => {
          const { card, shares, rank, moved } = now[side];
          const told = PARTS.map((name, i) =>
            WORDS.share({ part: WORDS.dependsOn[name], percent: fixed(100 * shares[i], 0) }),
          ).join(", ");
          return WORDS.said({ title: card.title, shares: told, rank, moved: fixed(moved, 3) });
        }).join(" "),
      );
    };
  },
);
