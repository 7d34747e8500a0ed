/** One choice of many, as a list that drops down; used like `choice`. */

import { h } from "../ground/dom.js";

/**
 * @param {{label: string, name: string, onInput: (value: string) => void,
 *          options: {value: string, label: string | Node, hidden?: boolean}[],
 *          hidden?: boolean}} config hidden: the label is for screen readers only; an option that
 *   is hidden can be shown but not chosen
 */
export function select({ label, name, options, onInput, hidden = false }) {
  const list = h("select", { class: "scse-select", "data-name": name });
  if (hidden) list.setAttribute("aria-label", label);
  /** @param {typeof options} next */
  const offer = (next) =>
    list.replaceChildren(
      ...next.map(({ value, label: text, hidden: off }) =>
        h("option", { value, hidden: off }, text),
      ),
    );
  offer(options);
  list.addEventListener("change", () => onInput(list.value));
  return {
    list,
    options: list.options,
    element: hidden
      ? list
      : h("label", { class: "scse-choosing" }, h("span", { text: label }), list),
    offer,
    /** @param {string} value */
    set(value) {
      list.value = value;
    },
  };
}
