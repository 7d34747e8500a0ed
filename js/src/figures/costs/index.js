/** Costs: what a block adds, to a convolution of the same map and to a whole U-Net. */

import { bar, button, choice, readout } from "../../controls/controls.js";
import { plot, polyline } from "../../draw/plot.js";
import { count, fixed, h } from "../../ground/dom.js";
import { oneOf, widget } from "../../widget.js";
import { evaluate, KINDS, quantities, WAYS } from "./model.js";
import * as WORDS from "../../words/costs.js";
import * as COMMON from "../../words/common.js";
import * as CHECKS from "../../words/checks.js";

/** @typedef {import("./model.js").Manifest} Manifest */
/** @typedef {import("./model.js").State} State */
/** @typedef {import("../../widget.js").Context<Manifest, State>} Context */

/** The axes of the roofline, as powers of two. */
const [LEAST, MOST, LOWEST] = [-6, 10, -14];
/** Where a reset leads. @type {Omit<State, "view" | "count">} */
const FIRST = {
  kind: "add",
  r: 2,
  channels: 64,
  height: 128,
  width: 128,
  batch: 1,
  bytes: 4,
  balance: 4,
  base: 8,
  depth: 4,
  size: 128,
  rank: 2,
  kernel: 3,
  doubling: true,
  bottleneck: true,
  weights: false,
};
const PLAIN = 1e5; // below it a number has no k, M or G
const CONVOLUTION = 2; // passes of a convolution: it reads the map and writes one

/** @param {number} value */
const bytes = (value) => WORDS.bytes(value < PLAIN ? `${short(value)}\u00a0` : short(value));

/** A number with three digits and a unit. @param {number} value */
function short(value) {
  if (value < PLAIN) return count(Math.round(value));
  const [size, unit] = value < 1e6 ? [1e3, "k"] : value < 1e9 ? [1e6, "M"] : [1e9, "G"];
  const number = value / size;
  return `${number >= 100 ? fixed(number, 0) : fixed(number, number >= 10 ? 1 : 2)}\u00a0${unit}`;
}

/** @param {number} share */
function percent(share) {
  const value = 100 * share;
  if (value >= 100) return `${count(Math.round(value))} %`;
  return `${fixed(value, value >= 10 ? 1 : 2)} %`;
}

/** @param {readonly number[]} list @returns {import("../../widget.js").Check} */
const among = (list) => (value) =>
  list.includes(/** @type {number} */ (value)) ? undefined : CHECKS.oneOf(list.join(", "));

/** @type {import("../../widget.js").Check} */
const yesOrNo = (value) => (typeof value === "boolean" ? undefined : CHECKS.flag);

export default widget(
  "costs",
  (/** @type {Manifest} */ { lists }) => ({
    view: oneOf(["block", "network"]),
    kind: oneOf(KINDS),
    r: among(lists.r),
    channels: among(lists.channels),
    height: among(lists.height),
    width: among(lists.width),
    batch: among(lists.batch),
    bytes: among(lists.bytes),
    balance: among(lists.balance),
    base: among(lists.base),
    depth: among(lists.depth),
    size: among(lists.size),
    rank: among(lists.rank),
    kernel: among(lists.kernel),
    doubling: yesOrNo,
    bottleneck: yesOrNo,
    weights: yesOrNo,
    count: oneOf(["parameters", "MACs"]),
  }),
  (/** @type {Context} */ { root, manifest, get, set, say, parts, measure }) => {
    const { lists } = manifest;
    /** @typedef {{set: () => void}} Control */
    /** @type {Control[]} */
    const controls = [];

    /**
     * A bar over the list of what a trait may be.
     * @param {keyof State & string} trait @param {string} words @param {string} sign
     */
    function listed(trait, words, sign) {
      const list = lists[trait];
      const now = readout(trait, count);
      const slider = bar({
        label: words,
        name: `${trait}-bar`,
        kind: "plain",
        max: list.length - 1,
        step: 1,
        snap: true,
        format: (i) => count(list[Math.round(i)]),
        onInput: (i) => set({ [trait]: list[Math.round(i)] }),
      });
      controls.push({
        set() {
          const value = /** @type {number} */ (get(trait));
          now.set(value);
          slider.set(list.indexOf(value));
        },
      });
      const head = h("span", {}, sign && h("b", { text: `${sign} ` }), `${words} `, now.element);
      return h("div", { class: "scse-dial" }, head, slider.element);
    }

    /**
     * A choice between a few values of a trait.
     * @param {keyof State & string} trait @param {string} label
     * @param {[State[keyof State], string][]} options
     */
    function picked(trait, label, options) {
      const buttons = choice({
        label,
        name: trait,
        options: options.map(([value, text]) => ({ value: String(value), label: text })),
        onInput: (text) => set({ [trait]: options.find(([value]) => String(value) === text)?.[0] }),
      });
      controls.push({ set: () => buttons.set(String(get(trait))) });
      return buttons.element;
    }

    const view = picked("view", WORDS.costsOf, [
      ["block", WORDS.oneBlock],
      ["network", WORDS.aNetwork],
    ]);
    const kind = picked(
      "kind",
      COMMON.block,
      KINDS.map((name) => [name, WORDS.kinds[name]]),
    );
    const ratio = listed("r", WORDS.ratio, "r");
    const reset = button(COMMON.reset, "reset", () => set(FIRST));

    // One block
    const map = h(
      "div",
      { class: "scse-dials" },
      listed("channels", WORDS.channels, "C"),
      listed("height", WORDS.rows, "H"),
      listed("width", WORDS.columns, "W"),
      listed("batch", WORDS.atOnce, "N"),
      picked("bytes", WORDS.numbersOf, [
        [4, WORDS.bytes4],
        [2, WORDS.bytes2],
      ]),
    );
    /**
     * A row: what is counted, how much, and a bar against the convolution.
     * @param {string} name @param {Node | string} words @param {string} colour
     * @param {string} term
     */
    function row(name, words, colour, term) {
      const value = readout(name, term === "B" ? bytes : short);
      const share = readout(`${name}-share`, percent);
      const fill = h("i");
      const note = h("small", term === "B" ? { "data-term": "passes" } : {});
      return {
        element: h(
          "div",
          { class: `scse-row scse-${colour}`, "data-term": term },
          h("span", {}, words, " ", note),
          h("span", {}, value.element),
          h("div", { class: "scse-share", "aria-hidden": true }, fill),
          h("span", {}, share.element),
        ),
        note,
        /** @param {number} size @param {number} of @param {number} most */
        set(size, of, most) {
          value.set(size);
          share.set(size / of);
          fill.style.width = `${Math.min(100, (100 * size) / of / most)}%`;
        },
      };
    }
    const parametersRow = row("parameters", WORDS.parameters, "channel", "P");
    const macsRow = row("macs", WORDS.multiplications, "channel", "M");
    const byteRows = WAYS.map((way) =>
      row(`bytes-${way}`, WORDS.bytesOf(WORDS.ways[way]), "space", "B"),
    );
    const time = readout("time-share", percent);
    const timeFill = h("i");
    const timeRow = h(
      "div",
      { class: "scse-row scse-plain", "data-term": "I" },
      h("span", {}, ...WORDS.timeAtLeast(h("small", { text: WORDS.ways.package }))),
      h("span"),
      h("div", { class: "scse-share", "aria-hidden": true }, timeFill),
      h("span", {}, time.element),
    );
    const other = ["parameters", "macs", "bytes"].map((name) => readout(`conv-${name}`, short));
    const table = h(
      "div",
      { class: "scse-beside" },
      h(
        "div",
        { class: "scse-row scse-head" },
        h("span", { text: WORDS.costOf }),
        h("span", { text: WORDS.theBlock }),
        h(
          "div",
          { class: "scse-mark", "aria-hidden": true },
          h("span", { text: WORDS.convolution }),
        ),
        h("span", { text: WORDS.share }),
      ),
      parametersRow.element,
      macsRow.element,
      ...byteRows.map(({ element }) => element),
      timeRow,
      h(
        "p",
        {},
        ...WORDS.line({
          parameters: other[0].element,
          macs: other[1].element,
          bytes: other[2].element,
        }),
      ),
    );
    const graph = plot("", WORDS.roofline, WORDS.peaks);
    const roof = polyline("scse-roof");
    graph.drawing.append(roof);
    const waiting = h("span", { text: WORDS.waits });
    graph.area.append(
      h(
        "div",
        { class: "scse-regimes", "aria-hidden": true },
        waiting,
        h("span", { text: WORDS.busy }),
      ),
    );
    const dots = [...WAYS, "convolution"].map((name) => {
      const element = h("span", { class: `scse-dot scse-of-${name}`, "aria-hidden": true });
      graph.area.append(element);
      return element;
    });
    graph.area.setAttribute("data-term", "I");
    const intensity = readout("intensity", (v) => fixed(v, v < 1 ? 3 : 1));
    const otherIntensity = readout("conv-intensity", (v) => fixed(v, 1));
    const machine = listed("balance", WORDS.balance, WORDS.machine);
    const roofing = h(
      "div",
      { class: "scse-roofing" },
      h("span", {}, WORDS.near),
      graph.element,
      h(
        "div",
        { class: "scse-xaxis", "aria-hidden": true },
        h("span", { text: "1/64" }),
        h("span", { text: "4" }),
        h("span", { text: WORDS.balanceAxis }),
      ),
      h("span", { text: WORDS.legend }),
      h(
        "span",
        { "data-term": "I" },
        ...WORDS.intensities({ block: intensity.element, convolution: otherIntensity.element }),
      ),
      machine,
    );
    const one = h("div", { class: "scse-one" }, map, table, roofing);

    // A network
    const network = h(
      "div",
      { class: "scse-dials" },
      listed("base", WORDS.base, ""),
      listed("depth", WORDS.depth, ""),
      listed("size", WORDS.side, ""),
      picked("rank", COMMON.image, [
        [2, WORDS.rank2],
        [3, WORDS.rank3],
      ]),
      picked("kernel", WORDS.kernels, [
        [3, "3"],
        [5, "5"],
      ]),
      picked("doubling", WORDS.below, [
        [true, WORDS.doubled],
        [false, WORDS.same],
      ]),
      picked("bottleneck", WORDS.bottleneck, [
        [true, WORDS.yes],
        [false, WORDS.no],
      ]),
      picked("weights", WORDS.count, [
        [false, WORDS.everything],
        [true, WORDS.weights],
      ]),
    );
    const shown = picked("count", WORDS.show, [
      ["parameters", WORDS.parameters],
      ["MACs", WORDS.macs],
    ]);
    const stages = h("div", { class: "scse-u", role: "list" });
    /** @param {string} name @param {string} term */
    function totalOf(name, term) {
      const [own, blocks] = [readout(`${name}-own`, short), readout(`${name}-blocks`, short)];
      const share = readout(`${name}-added`, percent);
      const element = h(
        "div",
        { "data-term": term },
        ...WORDS.total({
          what: h("b", { text: name === "total-macs" ? WORDS.totalMacs : WORDS.totalParameters }),
          own: own.element,
          blocks: blocks.element,
          share: share.element,
        }),
      );
      return {
        element,
        /** @param {{own: number, blocks: number, share: number}} of */
        set(of) {
          own.set(of.own);
          blocks.set(of.blocks);
          share.set(of.share);
        },
      };
    }
    const sums = { parameters: totalOf("total-parameters", "P"), macs: totalOf("total-macs", "M") };
    const totals = h("div", { class: "scse-totals" }, sums.parameters.element, sums.macs.element);
    const whole = h("div", { class: "scse-net" }, network, totals, shown, stages);

    root.append(h("div", { class: "scse-controls" }, view, kind, ratio, reset), one, whole);
    parts({
      kind: [kind],
      ratio: [ratio],
      map: [map],
      beside: [table],
      roof: [
        graph.element, // what is ringed
        .../** @type {HTMLElement[]} */ ([...roofing.children]).filter(
          (part) => part !== machine && part !== graph.element,
        ),
      ],
      machine: [machine],
      network: [network],
      stages: [stages],
      totals: [totals],
    });

    /** @param {number} value */
    const across = (value) => (100 * (Math.log2(value) - LEAST)) / (MOST - LEAST);
    /** @param {number} share */
    const up = (share) => (100 * (Math.log2(share) - LOWEST)) / -LOWEST;

    /** @param {ReturnType<typeof evaluate>} seen @param {State} state */
    function drawBlock({ block, convolution, ways }, { balance }) {
      const most = 1.06 * Math.max(1, ...ways.map((way) => way.bytes / convolution.bytes));
      table.style.setProperty("--one", `${100 / most}%`);
      parametersRow.set(block.parameters, convolution.parameters, most);
      macsRow.set(block.macs, convolution.macs, most);
      byteRows.forEach((line, i) => {
        line.set(ways[i].bytes, convolution.bytes, most);
        line.note.textContent = WORDS.passes(ways[i].passes[0]);
      });
      const [, own] = ways;
      time.set(own.time);
      timeFill.style.width = `${Math.min(100, (100 * own.time) / most)}%`;
      other.forEach((number, i) => {
        number.set([convolution.parameters, convolution.macs, convolution.bytes][i]);
      });
      intensity.set(own.intensity);
      otherIntensity.set(convolution.intensity);
      const corner = [balance, 2 ** MOST].map((i) => `${across(i)},${100 - up(1)}`);
      waiting.style.width = `${across(balance)}%`;
      const start = 2 ** LEAST / balance;
      roof.setAttribute("points", [`0,${100 - up(start)}`, ...corner].join(" "));
      [...ways, convolution].forEach((each, i) => {
        const [x, y] = [across(each.intensity), up(Math.min(1, each.intensity / balance))];
        dots[i].style.left = `${Math.min(100, Math.max(0, x))}%`;
        dots[i].style.bottom = `${Math.min(100, Math.max(0, y))}%`;
        dots[i].textContent = "passes" in each ? String(each.passes[0]) : String(CONVOLUTION);
      });
    }

    /** @param {ReturnType<typeof evaluate>} seen @param {State} state */
    function drawNetwork(seen, { rank, depth, count: what, size }) {
      const of = what === "parameters" ? "parameters" : "macs";
      sums.parameters.set(seen.totals.parameters);
      sums.macs.set(seen.totals.macs);
      const drawn = seen.stages.filter(({ name }) => name !== "head");
      const most = Math.max(...drawn.map(({ own, block }) => own[of] + block[of]));
      stages.replaceChildren(
        ...drawn.map(({ name, channels, level, own, block }) => {
          const fill = h("i", { class: "scse-convs" });
          fill.style.width = `${(100 * own[of]) / most}%`;
          const added = h("i", { class: "scse-added", hidden: block[of] === 0 });
          added.style.width = `max(2px, ${(100 * block[of]) / most}%)`;
          const share = readout(`stage-${name}`, percent);
          share.set(block[of] / own[of]);
          const place = h(
            "div",
            { class: "scse-stage", role: "listitem" },
            h("b", { text: name }),
            h("small", { text: `${channels} × ${size / 2 ** level}${rank === 3 ? "³" : "²"}` }),
            h("div", { class: "scse-share", "aria-hidden": true }, fill, added),
            h("span", {}, `${short(own[of])} + `, share.element),
          );
          place.style.gridRow = String(level + 1);
          if (name === "bottleneck") place.classList.add("scse-bottom");
          else place.style.gridColumn = name.startsWith("encoder") ? "1" : "2";
          return place;
        }),
      );
      stages.style.setProperty("--depth", String(depth));
    }

    return function update() {
      const state = /** @type {State} */ (
        Object.fromEntries(
          [...Object.keys(lists), "view", "kind", "doubling", "bottleneck", "weights", "count"].map(
            (trait) => [trait, get(/** @type {keyof State} */ (trait))],
          ),
        )
      );
      for (const control of controls) control.set();
      const inBlock = state.view === "block";
      one.hidden = !inBlock;
      whole.hidden = inBlock;
      const seen = evaluate(manifest, state);
      drawBlock(seen, state);
      drawNetwork(seen, state);
      measure(quantities(seen, state));
      const { block, convolution, ways, totals: sum } = seen;
      const [, own] = ways;
      say(
        inBlock
          ? WORDS.saidBlock({
              kind: WORDS.kinds[state.kind],
              r: state.r,
              parameters: percent(block.parameters / convolution.parameters),
              macs: percent(block.macs / convolution.macs),
              bytes: percent(own.bytes / convolution.bytes),
              time: percent(own.time),
            })
          : WORDS.saidNetwork({
              parameters: percent(sum.parameters.share),
              macs: percent(sum.macs.share),
            }),
      );
    };
  },
);
