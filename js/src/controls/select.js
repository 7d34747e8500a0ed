/** One choice of many, as a list that drops down; used like `choice`. */

import { h } from "../ground/dom.js";

/**
 * @param {{label: string, name: string, onInput: (value: string) => void,
 *          options: {value: string, label: string | Node}[]}} config
 */
export function select({ label, name, options, onInput }) {
  const list = h(
    "select",
    { class: "scse-select", "data-name": name },
    ...options.map(({ value, label: text }) => h("option", { value }, text)),
  );
  list.addEventListener("change", () => onInput(list.value));
  return {
    options: list.options,
    element: h("label", { class: "scse-choosing" }, h("span", { text: label }), list),
    /** @param {string} value */
    set(value) {
      list.value = value;
    },
  };
}
