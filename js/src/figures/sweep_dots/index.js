/** SweepDots: what networks lose when gates are replaced, beside what the gates tell. */

import { choice, readout } from "../../controls/controls.js";
import { select } from "../../controls/select.js";
import { fixed, h } from "../../ground/dom.js";
import { oneOf, widget } from "../../widget.js";
import { BRANCHES, evaluate, groupOf, quantities } from "./model.js";
import * as CHECKS from "../../words/checks.js";
import * as WORDS from "../../words/sweep_dots.js";

/** @typedef {import("./model.js").Manifest} Manifest */
/** @typedef {import("./model.js").State} State */
/** @typedef {import("../../widget.js").Context<Manifest, State>} Context */

/** By which signs the branches stand in equations. @type {Record<string, string>} */
const TERMS = { channel: "c", spatial: "s" };
const FREE = 0.05; // of an axis, at either end: room for half a dot

/** @param {number} value @param {number} end */
const percent = (value, end) => `${(100 * (value / end + FREE)) / (1 + 2 * FREE)}%`;

export default widget(
  "dots",
  (/** @type {Manifest} */ { groups, ways }) => ({
    group: oneOf(groups.map(({ name }) => name)),
    branch: oneOf(BRANCHES),
    how: oneOf(ways),
    restored: (value) => (typeof value === "boolean" ? undefined : CHECKS.flag),
    network: oneOf(["", ...groups.flatMap(({ networks }) => networks)]),
  }),
  (/** @type {Context} */ { root, manifest, arrays, get, set, say, parts, measure }) => {
    const { groups, titles, blocks, ways, control } = manifest;
    /** @returns {State} */
    const state = () => ({
      group: get("group"),
      branch: get("branch"),
      how: get("how"),
      restored: get("restored"),
      network: get("network"),
    });

    const group = choice({
      label: WORDS.of,
      name: "group",
      options: groups.map(({ name }) => ({ value: name, label: titles[name] })),
      onInput: (name) => set({ group: name }),
    });
    const branch = choice({
      label: WORDS.branch,
      name: "branch",
      options: BRANCHES.map((name) => ({
        value: name,
        label: WORDS.branches[/** @type {"channel" | "spatial"} */ (name)],
      })),
      onInput: (name) => set({ branch: name }),
    });
    branch.element.querySelectorAll("label").forEach((label, i) => {
      label.dataset.term = TERMS[BRANCHES[i]];
    });
    const how = select({
      label: WORDS.how,
      name: "how",
      options: [],
      onInput: (name) => set({ how: name }),
    });
    const size = choice({
      label: WORDS.size,
      name: "size",
      options: [
        { value: "free", label: WORDS.sizes.free },
        { value: "restored", label: WORDS.sizes.restored },
      ],
      onInput: (name) => set({ restored: name === "restored" }),
    });
    const network = select({
      label: WORDS.network,
      name: "network",
      options: [],
      onInput: (name) => set({ network: name }),
    });

    const readHead = h("span", { class: "scse-read-head" });
    const rows = blocks.map((block) => {
      const share = readout(`read-${block}`);
      const loss = readout(`most-${block}`);
      const read = h("div", { class: "scse-strip scse-read", role: "img" });
      const lost = h("div", { class: "scse-strip scse-lost", role: "img" });
      const element = h(
        "div",
        { class: "scse-row" },
        h("b", { text: block === "all" ? WORDS.all : block }),
        h("div", { class: "scse-with" }, read, share.element),
        h("div", { class: "scse-with" }, lost, loss.element),
      );
      return { block, share, loss, read, lost, element };
    });
    const low = h("span", { text: "0" });
    const high = h("span");
    const board = h(
      "div",
      { class: "scse-board" },
      h(
        "div",
        { class: "scse-row scse-head", "aria-hidden": true },
        h("span", { text: WORDS.block }),
        readHead,
        h("span", { text: WORDS.lost }),
      ),
      ...rows.map(({ element }) => element),
      h(
        "div",
        { class: "scse-row scse-ends", "aria-hidden": true },
        h("span"),
        h("div", {}, h("span", { text: "0" }), h("span", { text: "1" })),
        h("div", {}, low, high),
      ),
    );

    const counts = Object.fromEntries(
      ["readable", "blocks", "costly", "both"].map((name) => [name, readout(name, String)]),
    );
    const all = readout("all");
    const result = h(
      "div",
      { class: "scse-counts" },
      h(
        "p",
        {},
        ...WORDS.readable({
          limit: fixed(manifest.known, 1),
          readable: counts.readable.element,
          blocks: counts.blocks.element,
        }),
      ),
      h(
        "p",
        {},
        ...WORDS.costly({
          limit: fixed(manifest.costly),
          costly: counts.costly.element,
          both: counts.both.element,
        }),
      ),
      h("p", {}, ...WORDS.atOnce(all.element)),
    );
    const legend = h("p", { class: "scse-legend" });
    root.append(
      h(
        "div",
        { class: "scse-controls" },
        group.element,
        branch.element,
        how.element,
        size.element,
        network.element,
      ),
      board,
      result,
      legend,
    );
    parts({
      choice: [group.element, branch.element, network.element],
      ways: [how.element, size.element],
      known: rows.map(({ read }) => read),
      lost: rows.map(({ lost }) => lost),
      counts: [result],
    });

    /**
     * @param {string} kind of the dot @param {number} value @param {number} end of the axis
     * @param {number} lane from 0 to 1 @param {boolean} faint
     */
    function dot(kind, value, end, lane, faint) {
      const element = h("i", { class: `scse-dot ${kind} ${faint ? "scse-faint" : ""}` });
      element.style.left = percent(value, end);
      element.style.setProperty("--lane", String(lane));
      return element;
    }

    return function update() {
      const current = state();
      const own = groupOf(manifest, current.group);
      const seen = evaluate(manifest, arrays, current);
      const { networks } = seen;
      group.set(current.group);
      branch.set(current.branch);
      size.set(current.restored ? "restored" : "free");
      how.offer(ways.map((value, i) => ({ value, label: own.ways[i] })));
      how.set(current.how);
      network.offer([
        { value: "", label: WORDS.every },
        ...networks.map((name) => ({ value: name, label: titles[name] })),
      ]);
      network.set(networks.includes(current.network) ? current.network : "");
      root.classList.toggle("scse-of-masks", current.branch === "spatial");

      const way = own.ways[ways.indexOf(current.how)];
      const ring = own.ways[ways.indexOf(control)];
      readHead.textContent = WORDS.read(own.read);
      high.textContent = fixed(own.end, 1);
      legend.textContent = WORDS.legend(ring);
      for (const [b, { block, share, loss, read, lost, element }] of rows.entries()) {
        const name = block === "all" ? WORDS.all : block;
        share.set(seen.read[b]);
        loss.set(seen.most[b]);
        share.element.hidden = Number.isNaN(seen.read[b]);
        read.hidden = share.element.hidden;
        const zero = h("i", { class: "scse-zero" });
        zero.style.left = percent(0, own.end);
        const chance = h("i", { class: "scse-guess" });
        chance.style.left = percent(own.chance, 1);
        read.replaceChildren(chance);
        lost.replaceChildren(zero);
        /** @type {[string[], string[]]} */
        const [readWords, lostWords] = [[], []];
        networks.forEach((label, i) => {
          const lane = (i + 0.5) / networks.length;
          const faint = !seen.shown.includes(label);
          if (!Number.isNaN(seen.known[b][i])) {
            read.append(dot("scse-told", seen.known[b][i], 1, lane, faint));
            readWords.push(
              WORDS.rowRead({
                block: name,
                network: titles[label],
                value: fixed(seen.known[b][i]),
              }),
            );
          }
          if (Number.isNaN(seen.lost[b][i])) return;
          lost.append(
            dot("scse-ring", seen.control[b][i], own.end, lane, faint),
            dot("scse-loss", seen.lost[b][i], own.end, lane, faint),
          );
          lostWords.push(
            WORDS.rowLost({
              block: name,
              network: titles[label],
              value: fixed(seen.lost[b][i]),
              control: fixed(seen.control[b][i]),
            }),
          );
        });
        read.setAttribute("aria-label", readWords.join("; "));
        lost.setAttribute("aria-label", lostWords.join("; "));
        element.style.setProperty("--networks", String(networks.length));
        lost.dataset.term = TERMS[current.branch];
      }
      for (const [name, count] of Object.entries(counts)) {
        count.set(seen[/** @type {"readable" | "blocks" | "costly" | "both"} */ (name)]);
      }
      all.set(seen.all);
      measure(quantities(seen, manifest, current));
      say(
        WORDS.said({
          way,
          blocks: seen.blocks,
          readable: seen.readable,
          costly: seen.costly,
          both: seen.both,
          all: fixed(seen.all),
        }),
      );
    };
  },
);
