/** Which picture: a few as buttons, many as a list. */

import { choice } from "../controls/controls.js";
import { select } from "../controls/select.js";

const FEW = 4;

/**
 * @param {{label: string, titles: string[], onInput: (picture: number) => void}} config
 */
export function pictureChooser({ label, titles, onInput }) {
  const pick = titles.length > FEW ? select : choice;
  const chooser = pick({
    label,
    name: "picture",
    options: titles.map((title, i) => ({ value: String(i), label: title })),
    onInput: (value) => onInput(Number(value)),
  });
  chooser.element.hidden = titles.length < 2;
  return {
    element: chooser.element,
    /** @param {number} picture */
    set: (picture) => chooser.set(String(picture)),
  };
}
