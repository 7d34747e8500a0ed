/** Playground: whole trained networks, the reader's own picture, and every gate in reach. */

import { button, choice, enable, readout } from "../../controls/controls.js";
import { fixed, h } from "../../ground/dom.js";
import { engineFor } from "../../engine/here.js";
import { newest } from "../../engine/newest.js";
import { miniature, panel } from "../../desk/figure.js";
import { answerView, segmentationOf } from "./answer.js";
import { blockPanel } from "./block.js";
import { comparePanel } from "./compare.js";
import { inputPanel } from "./input.js";
import { changes, toChange, used } from "./overrule.js";
import { scene } from "./scene.js";
import { history } from "../../desk/history.js";
import { difference, link } from "../../desk/link.js";
import { problem } from "./state.js";
import { blockStrip } from "./strip.js";
import { widget } from "../../widget.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Branch} Branch */
/** @typedef {import("./state.js").GateState} GateState */
/** @typedef {import("../../engine/contract.js").Answer} Answer */

const TIMES = 15; // of the latest runs, for the median
/** @type {Branch[]} */
const BRANCHES = ["channel", "spatial"];

export default widget(
  "playground",
  (/** @type {any} */ manifest) => ({ state: (value) => problem(value, manifest) }),
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
    const { start, networks, reference, task } = manifest;
    const world = scene(manifest, arrays);
    /** @returns {State} */
    const stateNow = () => ({ ...start, ...get("state") });
    const past = history(get("state"));

    /** @param {object} changed parts of the state @param {string} [tag] of a drag, one step to undo */
    function change(changed, tag = "") {
      const next = difference({ ...stateNow(), ...changed }, start);
      const wrong = problem(next, manifest);
      if (wrong) return complain(`This goes no further: the figure ${wrong}. Clear or undo some.`);
      complain("");
      past.record(next, tag, performance.now());
      began ??= performance.now();
      set({ state: next });
    }
    /** @param {any} state */
    function jump(state) {
      began = performance.now();
      set({ state });
    }

    // The engine
    const status = h("span", { class: "scse-status", "data-name": "engine", role: "status" });
    const progress = h("progress", {
      class: "scse-progress",
      hidden: true,
      "aria-label": "Loading the engine",
    });
    const speed = readout("ms", (v) => `${fixed(v, 0)} ms`);
    const timing = h("span", { hidden: true }, "picture to picture ", speed.element);
    const complaint = h("p", {
      class: "scse-message",
      role: "alert",
      hidden: true,
      "data-name": "complaint",
    });
    /** @param {string} text */
    function complain(text) {
      complaint.textContent = text;
      complaint.hidden = text === "";
    }
    const { engine, inPage } = engineFor({
      model,
      experimental,
      signal,
      networks: Object.fromEntries(
        Object.values(networks).map((/** @type {any} */ n) => [n.file, n.blocks]),
      ),
      tell: (text) => (status.textContent = text),
      onReturn: () => update(),
      onLoad(loaded, total) {
        progress.hidden = false;
        if (total) Object.assign(progress, { value: loaded, max: total });
      },
    });

    // What the networks say without meddling, for one picture at a time
    /** @type {Map<string, Promise<Answer>>} */
    const plain = new Map();
    let plainOf = "";
    /** @param {string} kind @param {import("./scene.js").Picture} picture @param {string} block */
    function ownAnswer(kind, picture, block) {
      if (plainOf !== picture.key) plain.clear();
      plainOf = picture.key;
      const key = `${kind} ${block}`;
      let answer = plain.get(key);
      if (!answer) {
        const maps =
          block in networks[kind].blocks ? { [block]: /** @type {"all"} */ ("all") } : {};
        answer = engine.run({ network: networks[kind].file, image: picture.input, maps });
        plain.set(key, answer);
        answer.catch(() => plain.delete(key));
      }
      return answer;
    }
    /** @type {Map<string, Promise<Answer>>} */
    const examples = new Map();
    /** The gates of an example, by the network that is looked into. @param {string} kind @param {number} i */
    function exampleAnswer(kind, i) {
      const key = `${kind} ${i}`;
      let answer = examples.get(key);
      if (!answer) {
        answer = engine.run({ network: networks[kind].file, image: world.example(i) });
        examples.set(key, answer);
        answer.catch(() => examples.delete(key));
      }
      return answer;
    }

    /** @param {State} state */
    async function changesOf({ network, gates }) {
      const sites = networks[network].blocks;
      /** @type {Record<string, any>} */
      const all = {};
      for (const [name, branches] of Object.entries(gates)) {
        for (const branch of BRANCHES) {
          const gate = branches[branch];
          if (!gate || !changes(gate) || !sites[name]?.branches.includes(branch)) continue;
          const [, number] = /^example:(\d+)$/.exec(gate.base) ?? [];
          const lent =
            number === undefined ? undefined : await exampleAnswer(network, Number(number));
          all[name] ??= {};
          all[name][branch] = toChange(gate, sites[name], branch, (base) => {
            if (lent)
              return branch === "channel"
                ? (lent.blocks[name].channel ?? [])
                : lent.blocks[name].spatial?.data;
            if (base !== "mean") return undefined;
            return branch === "channel"
              ? networks[network].means[name]
              : arrays[`mean-${network}-${name}`];
          });
        }
      }
      return all;
    }

    /** One picture through one network, meddled with. */
    const queue = newest({
      async run(job) {
        const { state, picture } = /** @type {any} */ (job);
        const own = await ownAnswer(state.network, picture, state.block);
        const gates = await changesOf(state);
        const meddled = Object.keys(gates).length > 0;
        const maps =
          state.block in networks[state.network].blocks
            ? { [state.block]: /** @type {"all"} */ ("all") }
            : {};
        const request = {
          network: networks[state.network].file,
          image: picture.input,
          gates,
          maps,
        };
        const answer = meddled ? await engine.run(request) : own;
        return /** @type {any} */ ({ state, picture, own, gates, answer });
      },
    });

    // Panels
    const input = inputPanel({
      manifest,
      root,
      state: stateNow,
      change,
      adopt: world.adopt,
      complain,
    });
    const answer = answerView(manifest, "");
    const waiting = h("div", { class: "scse-off", hidden: true });
    const kinds = choice({
      label: "Network",
      name: "network",
      options: Object.entries(networks).map(([value, n]) => ({
        value,
        label: /** @type {any} */ (n).title,
      })),
      onInput: (network) => change({ network }),
    });
    const strip = blockStrip(networks[reference].blocks, (block) => change({ block }));
    /** @param {State} state @param {string} name @param {Branch} branch @returns {GateState} */
    const gateOf = (state, name, branch) => state.gates[name]?.[branch] ?? { base: "own" };
    const opened = blockPanel({
      manifest,
      gate: (branch) => gateOf(stateNow(), stateNow().block, branch),
      change(branch, gate, tag) {
        const state = stateNow();
        const block = { ...state.gates[state.block], [branch]: gate };
        if (!changes(gate)) delete block[branch];
        const gates = { ...state.gates, [state.block]: block };
        if (!Object.keys(block).length) delete gates[state.block];
        change({ gates }, tag && `${state.block} ${tag}`);
      },
      everywhere(base) {
        const both = { channel: { base }, spatial: { base } };
        const gates = Object.keys(networks[reference].blocks).map((name) => [name, both]);
        change({ gates: base === "own" ? {} : Object.fromEntries(gates) });
      },
    });
    const short = miniature(answer.map);
    opened.header.append(short.element);
    const compare = comparePanel(manifest);
    const comparing = h("input", { type: "checkbox", "data-name": "compare" });
    comparing.addEventListener("change", () => change({ compare: comparing.checked }));

    // The tools
    const undo = button("Undo", "undo", () => jump(past.undo()));
    const redo = button("Redo", "redo", () => jump(past.redo()));
    const reset = button("Reset", "reset", () => {
      complain("");
      if (!Object.keys(get("state")).length) return;
      past.record({}, "", 0);
      jump({});
    });
    const address = link(task, start);
    const linkField = h("input", {
      class: "scse-link",
      readonly: true,
      hidden: true,
      "aria-label": "Link to this situation",
      "data-name": "link",
    });
    const share = button("Copy link", "share", async () => {
      linkField.value = await address.address(stateNow());
      linkField.hidden = false;
      linkField.select();
      const copied = await navigator.clipboard?.writeText(linkField.value).then(
        () => true,
        () => false,
      );
      complain(
        stateNow().source === "own"
          ? "The link carries everything but your own picture, which stays with you."
          : "",
      );
      say(copied ? "Link copied" : "The link is in the field, selected");
    });
    share.hidden = !inPage; // elsewhere the address is not ours
    const save = button("Download input", "download", () => {
      const a = h("a", { href: input.sheet.toDataURL("image/png"), download: `${task}.png` });
      a.click();
    });
    root.addEventListener("keydown", (event) => {
      const key = event.key.toLowerCase();
      if (!(event.ctrlKey || event.metaKey) || !["y", "z"].includes(key)) return;
      event.preventDefault();
      event.stopPropagation(); // JupyterLab has an undo of its own
      jump(event.shiftKey || key === "y" ? past.redo() : past.undo());
    });

    const resultStack = h("div", { class: "scse-stack" }, answer.map, waiting);
    root.append(
      h(
        "div",
        { class: "scse-controls" },
        kinds.element,
        h("div", { class: "scse-row scse-tools" }, undo, redo, reset, share, save),
      ),
      linkField,
      complaint,
      h(
        "div",
        { class: "scse-panels scse-two" },
        input.element,
        panel(
          "The network’s answer",
          resultStack,
          h("span", { text: "white line: truth, where it is known · dots: changed by the gates" }),
        ),
        h("div", { class: "scse-outcome" }, h("div", {}, answer.score, answer.moved), answer.seen),
      ),
      h("div", { class: "scse-row scse-engine" }, status, progress, timing),
      strip.element,
      opened.element,
      h(
        "label",
        { class: "scse-row" },
        comparing,
        " Compare: the same picture through all four networks, gates untouched",
      ),
      compare.element,
    );

    /** @type {number[]} */
    let times = [];
    /** @type {number | undefined} */
    let began;
    let working = false; // has the engine answered once?
    let round = 0;

    /** @param {State} state @param {Answer} full @param {Record<string, any>} gates @param {import("./scene.js").Picture} picture @param {Uint8Array} own */
    function draw(state, full, gates, picture, own) {
      const segmentation = segmentationOf(/** @type {any} */ (full));
      const gated = Object.keys(full.blocks).length > 0;
      const words = answer.set(segmentation, picture, gated ? own : undefined);
      short.set(words);
      opened.element.hidden = false;
      strip.element.hidden = short.element.hidden = !gated;
      const goesOn = Object.fromEntries(
        Object.entries(full.blocks).map(([name, { channel, spatial }]) => [
          name,
          {
            channel: channel ? used(channel, gates[name]?.channel) : undefined,
            spatial: spatial ? used(spatial.data, gates[name]?.spatial) : undefined,
            meddled: BRANCHES.some((branch) => gates[name]?.[branch] !== undefined),
          },
        ]),
      );
      strip.set(goesOn);
      const bases = Object.keys(networks[reference].blocks).flatMap((name) =>
        BRANCHES.map((branch) => {
          const { base, set = {}, strokes = [] } = gateOf(state, name, branch);
          return Object.keys(set).length || strokes.length ? "" : base;
        }),
      );
      opened.update(
        state.block,
        networks[state.network].blocks[state.block],
        full.blocks[state.block],
        goesOn[state.block] ?? { channel: undefined, spatial: undefined },
        bases.every((base) => base === bases[0]) ? bases[0] : "",
      );
      waiting.hidden = true;
      return words;
    }

    /** @param {State} state @param {import("./scene.js").Picture} picture */
    async function ask(state, picture) {
      const mine = ++round;
      try {
        const done = await queue.run(/** @type {any} */ ({ state, picture }));
        if (!done) return;
        const { own, gates, answer: full } = /** @type {any} */ (done);
        progress.hidden = true;
        const words = draw(
          /** @type {any} */ (done).state,
          full,
          gates,
          /** @type {any} */ (done).picture,
          segmentationOf(own),
        );
        if (working && began !== undefined && mine === round) {
          times = [...times, performance.now() - began].slice(-TIMES);
          speed.set([...times].sort((a, b) => a - b)[times.length >> 1]);
          timing.hidden = false;
        }
        working = true;
        if (mine !== round) return;
        began = undefined;
        root.setAttribute("data-answered", String(round));
        say(words);
        if (state.compare) {
          await compare.update(
            picture,
            (kind) => ownAnswer(kind, picture, ""),
            () => mine === round,
          );
        }
      } catch (error) {
        progress.hidden = true;
        working = false;
        const reason = /** @type {Error} */ (error).message;
        const rest = world.stored(state) ? "What you see was stored." : "";
        status.textContent = `${reason} ${rest}`;
        if (!world.stored(state)) {
          waiting.textContent = "no engine: choose an example, or Reset";
          waiting.hidden = false;
          answer.clear(); // what is left is of another picture
          opened.element.hidden = true;
        }
        root.setAttribute("data-answered", "failed");
      }
    }

    /** @param {any} changed from the address; the reader is told where it is no good */
    function arrive(changed) {
      if (changed === undefined) return;
      const wrong = problem(changed, manifest);
      if (wrong) return complain(`The link to this figure ${wrong}, so it starts afresh.`);
      if (changed.source === "own" && !world.own()) {
        const { source, ...rest } = changed;
        complain(
          "The link was made with a picture of its maker's own, which stayed there. Choose yours.",
        );
        changed = rest;
      }
      past.record(changed, "", 0);
      jump(changed);
      root.scrollIntoView({ block: "start" });
    }
    if (inPage) {
      const fail = (/** @type {Error} */ error) => complain(error.message);
      address.first().then(arrive, fail);
      const listen = () => address.news().then(arrive, fail);
      window.addEventListener("hashchange", listen, { signal });
    }
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let writing;

    function update() {
      const state = stateNow();
      const picture = world.picture(state);
      input.update(state, picture, world.own());
      kinds.set(state.network);
      strip.choose(state.block);
      comparing.checked = state.compare;
      compare.element.hidden = !state.compare;
      enable([
        [undo, past.canUndo()],
        [redo, past.canRedo()],
      ]);
      const kept = working ? undefined : world.stored(state);
      if (kept) draw(state, kept, {}, picture, kept.segmentation);
      if (inPage) {
        clearTimeout(writing);
        if (state.source !== "own") writing = setTimeout(() => address.write(state), 300);
      }
      ask(state, picture);
    }
    return update;
  },
);
