/** Question: a prediction that the reader makes before the answer appears. */

import { button } from "../../controls/controls.js";
import { h } from "../../ground/dom.js";
import { widget } from "../../widget.js";
import { choices, number } from "./asking.js";
import { curve } from "./curve.js";
import { memory } from "./memory.js";
import { answerProblem, complete } from "./model.js";
import { verdict } from "./verdict.js";
import * as WORDS from "../../words/question.js";
import * as CHECKS from "../../words/checks.js";

/** @typedef {import("./model.js").Manifest} Manifest */
/** @typedef {import("./model.js").State} State */
/** @typedef {import("../../widget.js").Context<Manifest, State>} Context */

/** @param {import("./model.js").Asked} question @param {(answer: import("./model.js").Answer) => void} onInput */
function asking(question, onInput) {
  if (question.kind === "choice") return choices(question, onInput);
  if (question.kind === "number") return number(question, onInput);
  return curve(question, onInput);
}

export default widget(
  "question",
  (/** @type {Manifest} */ { question }) => ({
    answer: (value) => answerProblem(question, value),
    revealed: (value) => (typeof value === "boolean" ? undefined : CHECKS.flag),
  }),
  (/** @type {Context} */ { root, manifest: { chapter, question }, get, set }) => {
    const remembered = memory(chapter, question);
    const asked = asking(question, (answer) => get("revealed") || set({ answer }));
    const commit = button(WORDS.commit, "commit", () => reveal(get("answer")));
    const show = button(WORDS.show, "show", () => reveal(null));
    const again = button(WORDS.again, "again", () => {
      remembered.keep(null, false);
      set({ answer: null, revealed: false });
      focusNext = asked.focus;
    });
    const told = h("div", { class: "scse-verdict", "aria-live": "polite" });
    /** What has the focus once things are drawn: the button that was pressed is gone then. @type {(() => void) | undefined} */
    let focusNext;

    /** @param {import("./model.js").Answer} answer */
    function reveal(answer) {
      remembered.keep(answer, true);
      set({ answer, revealed: true });
      focusNext = () => again.focus();
    }

    const entry = get("answer") === null && !get("revealed") ? remembered.recall() : undefined;
    if (entry?.revealed) set({ answer: entry.answer, revealed: true });

    root.append(asked.element, h("div", { class: "scse-controls" }, commit, show, again), told);

    let drawn = "";
    return function update() {
      const [answer, revealed] = [get("answer"), get("revealed")];
      asked.update({ answer, revealed });
      commit.hidden = show.hidden = revealed;
      commit.disabled = !complete(answer);
      again.hidden = !revealed;
      const now = revealed ? JSON.stringify([answer]) : "";
      if (now !== drawn) told.replaceChildren(...(revealed ? verdict(question, answer) : []));
      drawn = now;
      focusNext?.();
      focusNext = undefined;
    };
  },
  { plain: true },
);
