/** A link that the reader can take along. */

import { button, closable } from "../controls/controls.js";
import { h } from "../ground/dom.js";
import * as WORDS from "../words/share.js";

const MOMENT = 3000; // ms for which it is said that the link was copied

/** To the clipboard, if that takes it. @param {string} address */
const copied = async (address) =>
  (await navigator.clipboard?.writeText(address).then(
    () => true,
    () => false,
  )) ?? false;

/**
 * A button that copies a link, and says so. Where the clipboard refuses, the link is shown in a
 * field to be copied by hand, which Escape closes.
 * @param {object} options
 * @param {string} options.label
 * @param {string} options.name by which the tests find the button
 * @param {string} [options.field] and the field
 * @param {() => Promise<string>} options.href
 */
export function sharing({ label, name, field: fieldName = "link", href }) {
  const field = h("input", {
    class: "scse-link",
    readonly: true,
    hidden: true,
    "aria-label": WORDS.field,
    "data-name": fieldName,
  });
  const said = h("span", { class: "scse-copied", role: "status", "data-name": `${name}-said` });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let fading;
  /** @param {string} text */
  function tell(text) {
    clearTimeout(fading);
    said.textContent = text;
    fading = setTimeout(() => (said.textContent = ""), MOMENT);
  }
  /** The link leads elsewhere now. */
  function forget() {
    field.hidden = true;
    clearTimeout(fading);
    said.textContent = "";
  }
  const share = button(label, name, async () => {
    const address = await href();
    forget();
    if (await copied(address)) return tell(WORDS.copied);
    field.value = address;
    field.hidden = false;
    field.focus();
    field.select();
    tell(WORDS.byHand);
  });
  for (const element of [share, field]) {
    closable(element, () => {
      if (field.hidden) return false;
      forget();
      share.focus();
    });
  }
  return { element: h("span", { class: "scse-share" }, share, said), field, forget };
}
