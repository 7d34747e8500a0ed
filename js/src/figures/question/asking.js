/** What a reader says: one choice of a few, or a number by keyboard or bar. */

import { bar, choice } from "../../controls/controls.js";
import { h } from "../../ground/dom.js";
import { inUnits, rightChoice } from "./model.js";
import * as WORDS from "../../words/question.js";

/**
 * @typedef {object} Part
 * @property {HTMLElement} element
 * @property {(state: import("./model.js").State) => void} update
 * @property {() => void} focus where to go on after "Try again"
 */

/** @param {...(string | Node)} parts */
function both(...parts) {
  const fragment = document.createDocumentFragment();
  fragment.append(...parts);
  return fragment;
}

/** @param {import("./model.js").ChoiceQuestion} question @param {(answer: number) => void} onInput @returns {Part} */
export function choices(question, onInput) {
  const right = rightChoice(question);
  const marks = question.choices.map(() => h("b", { class: "scse-told", hidden: true }));
  const list = choice({
    label: question.prompt,
    name: "answer",
    options: question.choices.map(({ text }, i) => ({
      value: String(i),
      label: both(text, marks[i]),
    })),
    onInput: (value) => onInput(Number(value)),
  });
  const fieldset = /** @type {HTMLFieldSetElement} */ (list.element.querySelector("fieldset"));
  return {
    element: list.element,
    update({ answer, revealed }) {
      list.set(String(answer));
      fieldset.disabled = revealed;
      marks.forEach((mark, i) => {
        const told = i === right ? WORDS.thisIsIt : i === answer ? WORDS.whatYouSaid : "";
        mark.hidden = !revealed || !told;
        mark.textContent = revealed ? told : ""; // not in the page before
      });
    },
    focus: () => list.element.querySelector("input")?.focus(),
  };
}

/** @param {import("./model.js").NumberQuestion} question @param {(answer: number | null) => void} onInput @returns {Part} */
export function number(question, onInput) {
  const [low, high] = question.range;
  const step = 10 ** -question.digits;
  const typed = h("input", {
    type: "number",
    "data-name": "answer",
    "aria-label": WORDS.yourAnswer({ low, high }),
    inputmode: "decimal",
    min: low,
    max: high,
    step,
  });
  const slider = bar({
    label: WORDS.asBar,
    name: "answer-bar",
    kind: "plain",
    min: low,
    max: high,
    step: Math.max(step, (high - low) / 20),
    onInput(value) {
      answered = true;
      slider.set(value); // at once: the next key may come before the next frame
      onInput(Number(value.toFixed(question.digits)));
    },
    format: (value) => (answered ? inUnits(question, value) : WORDS.nothingSaid),
  });
  let answered = false;
  const warning = h("p", { class: "scse-hint", role: "status" });
  typed.addEventListener("input", () => {
    const value = typed.value === "" ? null : typed.valueAsNumber;
    const fits = value !== null && value >= low && value <= high;
    warning.textContent = value === null || fits ? "" : WORDS.isNumber({ low, high });
    onInput(fits ? Number(value.toFixed(question.digits)) : null);
  });
  const element = h(
    "fieldset",
    {},
    h("legend", { text: question.prompt }),
    h(
      "div",
      { class: "scse-say" },
      h("span", { class: "scse-typed" }, typed, question.unit ?? ""),
      h(
        "span",
        { class: "scse-along" },
        h("span", { "aria-hidden": true, text: String(low) }),
        slider.element,
        h("span", { "aria-hidden": true, text: String(high) }),
      ),
    ),
    warning,
  );
  return {
    element,
    update({ answer, revealed }) {
      answered = typeof answer === "number";
      element.classList.toggle("scse-unset", !answered);
      slider.set(typeof answer === "number" ? answer : (low + high) / 2);
      slider.disable(revealed);
      typed.disabled = revealed;
      // What is being typed, or was typed and does not fit, stays as it is.
      const left = document.activeElement !== typed && (answered || !typed.matches(":invalid"));
      if (revealed || left) typed.value = answered ? String(answer) : "";
      if (answered || revealed) warning.textContent = "";
      warning.hidden = revealed;
      if (revealed) slider.setHome(question.truth);
      else slider.setHome(undefined);
    },
    focus: () => typed.focus(),
  };
}
