/** What a reader is told once the truth is shown: the gap, the reply, and why. */

import { readout } from "../../controls/controls.js";
import { fixed, h } from "../../ground/dom.js";
import { inUnits, judge, onAxis, rightChoice, truthInWords } from "./model.js";
import * as WORDS from "../../words/question.js";

/** @typedef {import("./model.js").Judgement} Judgement */

/** @param {string} name @param {number} value @param {(value: number) => string} format */
function told(name, value, format) {
  const out = readout(name, format);
  out.set(value);
  return h("b", {}, out.element);
}

/** @param {import("./model.js").NumberQuestion} question @param {number} answer @param {Judgement} judged */
function numbers(question, answer, { gap }) {
  const off = /** @type {number} */ (gap);
  /** @param {number} value */
  const format = (value) => inUnits(question, value);
  const distance = Number(Math.abs(off).toFixed(question.digits));
  const say = distance === 0 ? WORDS.exact : off < 0 ? WORDS.low : WORDS.high;
  const words = say({
    said: told("said", answer, format),
    truth: told("truth", question.truth, format),
    gap: told("gap", off, () => format(distance)),
  });
  return h("p", { class: "scse-gap" }, ...words);
}

/** @param {import("./model.js").CurveQuestion} question @param {number[]} answer @param {Judgement} judged */
function curves(question, answer, judged) {
  const [gap, at] = /** @type {[number, number]} */ ([judged.gap, judged.at]);
  return h(
    "p",
    { class: "scse-gap" },
    ...WORDS.curveOff({
      gap: told("gap", gap, (value) => fixed(value)),
      axis: question.x.label,
      worst: told("worst", onAxis(question, at), (value) => fixed(value)),
      said: told("said", answer[at], (value) => fixed(value)),
      truth: told("truth", question.truth[at], (value) => fixed(value)),
    }),
  );
}

/** A choice may be a sentence: it is quoted, and nothing is said of it. @param {Pick<import("./model.js").ChoiceQuestion, "choices">} question */
const theAnswer = ({ choices }) =>
  WORDS.theAnswer(h("b", { text: choices[rightChoice({ choices })].text }));

/** @param {import("./model.js").ChoiceQuestion} question @param {number} answer @param {Judgement} judged */
function chosen({ choices }, answer, { right }) {
  const said = WORDS.youSaid(h("b", { text: choices[answer].text }));
  const more = right ? [WORDS.right] : theAnswer({ choices });
  return h("p", { class: "scse-gap" }, ...said, " ", ...more);
}

/** Without an answer of the reader's. @param {import("./model.js").Asked} question */
function shown(question) {
  if (question.kind === "curve") return h("p", { class: "scse-gap", text: WORDS.solid });
  if (question.kind === "choice") return h("p", { class: "scse-gap" }, ...theAnswer(question));
  return h("p", { class: "scse-gap" }, ...WORDS.itIs(h("b", { text: truthInWords(question) })));
}

/**
 * @param {import("./model.js").Asked} question
 * @param {import("./model.js").Answer} answer @returns {HTMLElement[]}
 */
export function verdict(question, answer) {
  const judged = judge(question, answer);
  const lines = [shown(question)];
  if (judged) {
    const said = /** @type {any} */ (answer); // as its kind has it: it was judged
    if (question.kind === "choice") lines[0] = chosen(question, said, judged);
    else if (question.kind === "number") lines[0] = numbers(question, said, judged);
    else lines[0] = curves(question, said, judged);
    lines[0].dataset.right = String(judged.right);
    lines.push(h("p", { text: judged.reply }));
  }
  lines.push(h("p", { class: "scse-because", text: question.because }));
  if (question.state !== undefined) {
    const link = h("a", { href: `#${question.state}`, text: WORDS.see });
    lines.push(h("p", { class: "scse-see" }, link));
  }
  return lines;
}
