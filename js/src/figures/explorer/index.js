/** Explorer: the blocks of any network, their gates in the reader's hand. */

import { bar, button, choice, readout } from "../../controls/controls.js";
import { marker, pointable, stack } from "../../draw/cursor.js";
import { fixed, h } from "../../ground/dom.js";
import { kernelEngine } from "../../engine/kernel.js";
import { newest } from "../../engine/newest.js";
import { asker } from "./asker.js";
import { desk } from "./desk.js";
import { orderer } from "./orderer.js";
import { outputView } from "./output.js";
import { changeOf, place, problem, used, withRule } from "./overrule.js";
import { resultOf } from "./result.js";
import { select } from "../../controls/select.js";
import { resample, stored } from "./stored.js";
import { strip } from "./strip.js";
import { noteOf, statusOf } from "./words.js";
import { colourBar, panel } from "../../desk/figure.js";
import { canvas, paintMap, range } from "../../draw/paint.js";
import { oneOf, widget } from "../../widget.js";

/** @typedef {import("./overrule.js").Branch} Branch */
/** @typedef {import("./overrule.js").Rule} Rule */
/** @typedef {import("./overrule.js").Overrule} Overrule */
/** @typedef {import("./stored.js").Block} Block */
/** @typedef {import("./stored.js").Plane} Plane */
/** @typedef {import("./asker.js").Scene} Scene */

const FEW = 4; // inputs that are offered as buttons; more as a list
const SLOW = 300; // ms until a run shows its progress
/** @type {Rule} */
const OWN = { mode: "own" };

/** A whole number in a range. @param {number} low @param {number} n */
const within = (low, n) => (/** @type {any} */ value) =>
  Number.isInteger(value) && value >= low && value < n ? undefined : `must be ${low} to ${n - 1}`;

export default widget(
  "explorer",
  (/** @type {any} */ { inputs, blocks }) => ({
    picture: within(0, inputs.length),
    compare: within(-1, inputs.length),
    block: oneOf(blocks.map((/** @type {Block} */ b) => b.name)),
    slice: within(-1, inputs[0].shape[1] + 1),
    view: oneOf(["input", "output"]),
    sort: oneOf(["index", "gate", "effect", "similarity", "difference"]),
    overrule: (value) =>
      problem(
        value,
        blocks.map((/** @type {Block} */ b) => b.name),
      ),
  }),
  (
    /** @type {import("../../widget.js").Context<any, any>} */ {
      root,
      manifest,
      arrays,
      get,
      set,
      say,
      model,
      experimental,
      signal,
    },
  ) => {
    /** @type {{blocks: Block[], inputs: any[], output: any}} */
    const { blocks, inputs, output: described } = manifest;
    const kept = stored(manifest, arrays);
    const volume = inputs[0].shape.length === 4;
    // Hosts of pages without a kernel say where their files are; a notebook does not.
    const live = !(experimental && "assets" in experimental);

    // What is to be shown
    const at = () => blocks.findIndex(({ name }) => name === get("block"));
    const depth = () => inputs[get("picture")].shape[1];
    const slice = () => {
      if (!volume) return undefined;
      const middle = live ? depth() >> 1 : manifest.slice;
      return live && get("slice") >= 0 ? Math.min(get("slice"), depth() - 1) : middle;
    };
    const part = () => (volume ? /** @type {number} */ (slice() + 0.5) / depth() : 0);
    /** @returns {Scene} */
    const scene = () => ({
      picture: get("picture"),
      slice: slice(),
      overrule: get("overrule"),
      block: get("block"),
      channels: blocks[at()].maps ? table.visible() : [],
    });
    /** The input whose gates may be swapped in. */
    const source = () => {
      if (get("compare") >= 0 && get("compare") !== get("picture")) return get("compare");
      return inputs.length > 1 ? (get("picture") + 1) % inputs.length : -1;
    };
    /** @param {Branch} branch @param {number} [b] @param {Overrule} [overrule] @returns {Rule} */
    const rule = (branch, b = at(), overrule = get("overrule")) =>
      overrule[place(blocks[b].name)]?.[branch] ?? OWN;
    /** @param {Branch} branch @param {Rule} next */
    const change = (branch, next) =>
      set({ overrule: withRule(get("overrule"), get("block"), branch, next) });

    // What is known of it: the last answer, else what is stored
    /** @param {Branch} branch @param {number} b @param {"now" | "own"} [when] @returns {Plane | undefined} */
    function gatesOf(branch, b, when = "now") {
      const answer = when === "now" ? (ask?.now(scene()) ?? ask?.own(scene())) : ask?.own(scene());
      const block = answer?.blocks[blocks[b].name];
      if (branch === "channel") {
        const data = block?.channel ?? kept.gates(get("picture"), b);
        return data && { data, height: 1, width: data.length };
      }
      if (!block?.spatial) return kept.mask(get("picture"), b);
      const [height, width] = block.spatial.shape.slice(-2);
      return { data: block.spatial.data, height, width };
    }
    /**
     * @param {Branch} branch @param {number} b @param {boolean} [whole] as the engine needs it
     * @param {Overrule} [overrule]
     * @returns {import("../../engine/contract.js").Change | undefined}
     */
    function changeTo(branch, b, whole = false, overrule = get("overrule")) {
      const own = gatesOf(branch, b, "own") ?? { data: [], height: 0, width: 0 };
      return changeOf(rule(branch, b, overrule), {
        own: own.data,
        off: blocks[b].off,
        other(input) {
          if (branch === "channel") return kept.gates(input, b);
          const mask = ask?.whole(input)?.[blocks[b].name]?.spatial;
          if (whole) return mask?.data;
          return otherMask(input, b, own.height, own.width);
        },
      });
    }
    /**
     * The mask of another input, cut and on the grid of this one.
     * @param {number} input @param {number} b @param {number} height @param {number} width
     */
    function otherMask(input, b, height, width) {
      const mask = ask?.whole(input)?.[blocks[b].name]?.spatial;
      const flat = kept.mask(input, b);
      if (!mask) return flat && resample(flat, height, width);
      if (mask.shape.length === 2) return mask.data;
      const [d, y, x] = mask.shape;
      const start = Math.min(d - 1, Math.floor(part() * d)) * y * x;
      return mask.data.subarray(start, start + y * x);
    }
    /** @param {Branch} branch @param {number} b @returns {Plane | undefined} */
    function goesOn(branch, b) {
      const own = gatesOf(branch, b);
      return own && { ...own, data: used(own.data, changeTo(branch, b)) };
    }

    // The engine
    const status = h("p", { class: "scse-status", role: "status", "data-name": "status" });
    const complaint = h("p", {
      class: "scse-message",
      role: "alert",
      hidden: true,
      "data-name": "complaint",
    });
    const progress = h("progress", {
      class: "scse-progress",
      max: 1,
      "aria-label": "The network is running",
    });
    progress.hidden = true;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let slow;
    const engine = live
      ? kernelEngine(model, {
          onSilence: (silent) => {
            quiet = silent;
            draw();
          },
          onReturn: () => ask?.ask(scene()),
        })
      : undefined;
    let quiet = false;
    const queue = engine && newest(engine);
    /** @type {ReturnType<typeof asker> | undefined} */
    const ask =
      queue &&
      asker({
        queue,
        middle: manifest.slice,
        reduced: manifest.reduced.picture > 1 || manifest.reduced.label > 1,
        gates: ({ overrule }) =>
          Object.fromEntries(
            Object.keys(overrule).map((name) => {
              const b = blocks.findIndex((block) => place(block.name) === name);
              /** @param {Branch} branch */
              const to = (branch) => changeTo(branch, b, true, overrule);
              return [name, { channel: to("channel"), spatial: to("spatial") }];
            }),
          ),
        onAnswer: () => draw(),
        onFailure(message) {
          complaint.hidden = message === "";
          complaint.textContent = message;
        },
        onProgress(done) {
          if (done === undefined) {
            clearTimeout(slow);
            slow = undefined;
            progress.hidden = true;
          } else if (slow === undefined) slow = setTimeout(() => (progress.hidden = false), SLOW);
          if (done !== undefined) progress.value = done;
        },
      });
    signal.addEventListener("abort", () => {
      engine?.close();
      sorted.stop();
      clearTimeout(slow);
    });

    // Choices
    const titles = inputs.map(({ title }, i) => ({ value: String(i), label: title }));
    const pick = inputs.length > FEW ? select : choice;
    const pictures = pick({
      label: "Input",
      name: "picture",
      options: titles,
      onInput: (value) => set({ picture: Number(value) }),
    });
    pictures.element.hidden = inputs.length < 2;
    const comparing = select({
      label: "compare with",
      name: "compare",
      options: [{ value: "-1", label: "none" }, ...titles],
      onInput: (value) => set({ compare: Number(value) }),
    });
    comparing.element.hidden = inputs.length < 2;
    const slices = bar({
      label: "Slice",
      name: "slice",
      min: 0,
      max: Math.max(1, volume ? depth() - 1 : 1),
      step: 1,
      snap: true,
      kind: "plain",
      format: (v) => String(v),
      onInput: (v) => set({ slice: v }),
    });
    const sliceAt = readout("slice-at", (v) => String(v));
    slices.disable(!live);
    const slicing = h(
      "div",
      { class: "scse-slicing", hidden: !volume },
      h("span", {}, "slice ", sliceAt.element),
      slices.element,
    );
    const reset = button("Reset", "reset", () => set({ overrule: {} }));
    const row = strip(blocks, (name) => set({ block: name }));

    // Panels
    const photo = canvas(1, 1);
    const mask = canvas(1, 1);
    const markers = [marker(), marker()];
    const stacks = [photo, mask].map((c, i) => stack(c, markers[i].element));
    const scale = colourBar("space", "mask");
    const maskAt = readout("mask-value", (v) => fixed(v, 3));
    const maskNote = h("span", { class: "scse-note" });
    const shown = outputView(described, live ? 1 : manifest.reduced.output);
    const credit = h("span");
    const maskRule = h("div");
    const maskPanel = panel(
      h("span", {}, "Spatial mask ", h("b", { class: "scse-s", text: "s" })),
      stacks[1],
      scale.element,
      maskNote,
      maskRule,
    );
    const outputPanel = panel("Output", shown.panel, shown.below);
    outputPanel.classList.add("scse-answer");
    shown.change.hidden = !live; // a saved output never changes
    /** @type {Plane | undefined} */
    let maskShown;
    let where = [0.5, 0.5];
    stacks.forEach((element, i) => {
      element.setAttribute("data-grid", "");
      pointable(element, {
        label: ["Input", "Spatial mask"][i],
        name: ["point-input", "point-mask"][i],
        width: 64, // steps across, whatever the size of the map
        height: 64,
        where: () => [Math.floor(where[0] * 64), Math.floor(where[1] * 64)],
        onMove(x, y) {
          where = [(x + 0.5) / 64, (y + 0.5) / 64];
          point();
        },
        onLeave() {
          for (const m of markers) m.hide();
          maskNote.replaceChildren();
        },
      });
    });
    function point() {
      if (!maskShown) return;
      const { data, height, width } = maskShown;
      const [x, y] = [Math.floor(where[0] * width), Math.floor(where[1] * height)];
      for (const m of markers) m.at(x, y, width, height);
      maskAt.set(data[y * width + x]);
      maskNote.replaceChildren(`row ${y}, column ${x}: s = `, maskAt.element);
      say(`s is ${fixed(data[y * width + x], 3)}`);
    }

    // The desk
    const table = desk({
      onGate(k, v) {
        const now = rule("channel");
        /** @type {Record<string, number>} */
        const by = { ...now.set, [k]: v };
        // Put back to its tick, a bar is the network's again.
        const home = gatesOf("channel", at())?.data[k];
        if (now.mode === "own" && home !== undefined && Math.abs(v - home) < 1e-6) delete by[k];
        change("channel", { ...now, set: by });
      },
      onPage() {
        draw();
        ask?.ask(scene());
      },
    });
    const channelRule = h("div");
    const view = choice({
      label: "Maps",
      name: "view",
      options: [
        { value: "input", label: "U", title: "as they come into the block" },
        { value: "output", label: "Û", title: "as the gates leave them" },
      ],
      onInput: (value) => set({ view: value }),
    });
    const sorted = orderer({ ask, live, onOrder: () => draw(), set });
    const name = h("span");
    const deskTitle = h("div", { class: "scse-title" }, name);

    root.append(
      h("div", { class: "scse-controls" }, pictures.element, comparing.element, slicing, reset),
      h("div", { class: "scse-engine" }, progress, status, complaint),
      row.element,
      h(
        "div",
        { class: "scse-panels" },
        panel("Input", stacks[0], credit),
        maskPanel,
        outputPanel,
        shown.outcome,
      ),
      h(
        "div",
        { class: "scse-controls scse-deskbar" },
        deskTitle,
        channelRule,
        view.element,
        sorted.element,
      ),
      table.element,
    );

    let ruled = "";
    /** The choices that a branch has depend on the block and the input. */
    function offerRules() {
      const b = at();
      const from = source();
      const key = JSON.stringify([b, from, get("picture")]);
      if (key === ruled) return;
      ruled = key;
      for (const [element, branch, label] of /** @type {[HTMLElement, Branch, string][]} */ ([
        [channelRule, "channel", "Channel gates"],
        [maskRule, "spatial", "Mask"],
      ])) {
        const sameSize =
          from >= 0 && inputs[from].shape.join() === inputs[get("picture")].shape.join();
        const options = [
          { value: "own", label: "the network’s own" },
          { value: "off", label: `branch off: all ${fixed(blocks[b].off, 0)}` },
          { value: "mean", label: "all at their mean" },
          {
            value: "invert",
            label: branch === "spatial" ? "upside down: 1 − s" : "upside down: 1 − c",
          },
          ...(from >= 0 && (branch === "channel" || sameSize)
            ? [{ value: "input", label: `those of “${inputs[from].title}”` }]
            : []),
        ];
        const chooser = select({
          label,
          name: `rule-${branch}`,
          options,
          onInput: (mode) =>
            change(
              branch,
              /** @type {Rule} */ ({ mode, ...(mode === "input" ? { input: source() } : {}) }),
            ),
        });
        chooser.element.dataset.branch = branch;
        element.replaceChildren(chooser.element);
        choosers[branch] = chooser;
      }
    }
    /** @type {Record<string, ReturnType<typeof select>>} */
    const choosers = {};

    /** @param {HTMLCanvasElement} element @param {Plane} plane */
    function fit(element, { height, width }) {
      if (element.width !== width || element.height !== height)
        Object.assign(element, { width, height });
      element.style.aspectRatio = `${width} / ${Math.max(height, width / 10)}`;
    }

    function drawOutput() {
      const now = ask?.now(scene());
      const own = ask?.own(scene());
      const fallback = kept.output(get("picture"));
      const before = own ? resultOf(own.output, described, part()) : fallback;
      const fresh = ask?.fresh(scene()) ?? false;
      const after = now ? resultOf(now.output, described, part()) : before;
      const planes = ask?.picture(scene());
      const picture = planes?.[0] ?? kept.picture(get("picture"));
      const label = planes ? planes[1] : kept.label(get("picture"));
      fit(photo, picture);
      paintMap(photo, picture.data, 0, 255, "gray");
      const said = shown.update({
        now: after,
        own: before,
        picture,
        label,
        truth: inputs[get("picture")].label,
      });
      const stuck = meddledAnywhere() && (!live || (quiet && !fresh));
      outputPanel.classList.toggle("scse-stale", stuck);
      shown.outcome.classList.toggle("scse-stale", stuck);
      root.toggleAttribute("data-fresh", fresh);
      status.textContent = statusOf({ live, quiet, meddled: meddledAnywhere() });
      status.classList.toggle("scse-quiet", quiet || stuck);
      return stuck ? "the output stays the network's own" : said;
    }
    const meddledAnywhere = () => Object.keys(get("overrule")).length > 0;

    function draw() {
      const b = at();
      const block = blocks[b];
      const own = gatesOf("channel", b);
      const gates = goesOn("channel", b);
      const other = get("compare") >= 0 ? kept.gates(get("compare"), b) : undefined;
      maskShown = goesOn("spatial", b);

      pictures.set(String(get("picture")));
      comparing.set(String(get("compare")));
      for (const option of comparing.options)
        option.disabled = option.value === String(get("picture"));
      if (volume) {
        slices.limit(Math.max(1, depth() - 1)); // volumes may differ in depth
        slices.set(/** @type {number} */ (slice()));
        sliceAt.set(/** @type {number} */ (slice()));
      }
      row.set(
        block.name,
        (i) => goesOn("channel", i)?.data ?? goesOn("spatial", i)?.data,
        get("overrule"),
      );
      offerRules();
      view.set(get("view"));
      view.element.hidden = !block.rule;
      name.textContent = block.name.replaceAll(".", ".\u200b"); // may break there

      const said = drawOutput();
      maskPanel.hidden = !maskShown;
      if (maskShown) {
        fit(mask, maskShown);
        const [low, high] = range(maskShown.data);
        paintMap(mask, maskShown.data, low, high, "space");
        scale.set(low, high);
        choosers.spatial.set(rule("spatial").mode);
      }
      channelRule.hidden = !block.channel;
      if (block.channel) choosers.channel.set(rule("channel").mode);

      const first = kept.gates(get("picture"), b) ?? own?.data;
      sorted.arrange(table, {
        scene: scene(),
        block,
        b,
        own: first,
        other,
        compare: get("compare"),
        sort: get("sort"),
      });
      const maps =
        ask?.maps(scene()) ?? (changedUpstream() ? new Map() : kept.maps(get("picture"), b));
      // The channel that was found to matter most; of other blocks the one with the highest gate.
      const highest = first ? Array.from(first).indexOf(range(first)[1]) : undefined;
      const pull = block.name === manifest.defaults.block ? (manifest.hint ?? highest) : highest;
      const { missing } = table.update(
        {
          block,
          gates: gates?.data,
          own: own?.data,
          other,
          mask: maskShown,
          maps,
          after: get("view") === "output",
          remark: (k) => sorted.remark(k, other?.[k]),
        },
        meddledAnywhere() ? undefined : pull,
      );
      table.hint.hidden = meddledAnywhere() || !live; // nothing would follow
      table.note.textContent = noteOf({
        maps: block.maps,
        missing,
        kept: maps.size,
        live,
        rule: block.rule,
        other: other && inputs[get("compare")].title,
      });
      say(said);
    }
    /** Does what is stored of this block's maps no longer hold? */
    function changedUpstream() {
      if (!live) return false;
      const here = place(get("block"));
      return Object.keys(get("overrule")).some((other) => other !== here);
    }

    return function update() {
      draw();
      ask?.ask(scene());
    };
  },
);
