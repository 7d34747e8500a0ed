/**
 * The named parts of a figure: what a tour points at, a link in the text brings into sight, and a
 * teacher may hide. Python says which
 * there are and what they are called (`parts` of each widget), a figure which elements they are.
 */

/** @typedef {Record<string, string>} Names of the parts: what each is called */
/** @typedef {Record<string, (HTMLElement | null)[]>} Elements of each part, the chief one first */

/** @param {Names} names */
export function parts(names) {
  /** @type {Elements} */
  let elements = {};
  /** @type {Names} */
  const named = { ...names };
  return {
    names: named,
    /** What the parts are; all that Python names, and no others. @param {Elements} given */
    are(given) {
      const differ = new Set([...Object.keys(names), ...Object.keys(given)]);
      for (const name of Object.keys(names)) if (Object.hasOwn(given, name)) differ.delete(name);
      if (differ.size) throw new Error(`these parts are in one language alone: ${[...differ]}`);
      elements = given;
    },
    /** @param {string} name @returns {HTMLElement | undefined} where it begins */
    first: (name) => elements[name]?.find((element) => element?.isConnected) ?? undefined,
    /** All that it is. @param {string} name @returns {HTMLElement[]} */
    all: (name) => (elements[name] ?? []).filter((element) => element !== null),
    /** One more, of what every figure can have. @param {string} name @param {string} words @param {HTMLElement} element */
    add(name, words, element) {
      named[name] = words;
      elements = { ...elements, [name]: [element] };
    },
    /** Mark one, or none. @param {string} [part] */
    light(part) {
      for (const [name, [chief]] of Object.entries(elements)) {
        chief?.toggleAttribute("data-lit", name === part);
      }
    },
    /** @param {Set<string>} hidden */
    hide(hidden) {
      for (const [name, all] of Object.entries(elements)) {
        for (const element of all) element?.toggleAttribute("data-away", hidden.has(name));
      }
    },
  };
}
