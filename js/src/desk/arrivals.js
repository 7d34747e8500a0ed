/**
 * States that come from outside the figure: by a link in the text, which names one
 * (`#do:bottleneck-shut`), or by the page's address, which spells one out (`#gatelab=…`).
 */

import * as WORDS from "../words/arrivals.js";

/** Links in the text begin so; scse/widgets/_base.py says how a name becomes what follows. */
const DO = "#do:";

/**
 * By slug; `part` is what a link brings into sight, the figure's top if it is empty. Files of
 * earlier versions say nothing of it.
 * @typedef {Record<string, {name: string, set: Record<string, unknown>, part?: string}>} States
 */
/**
 * A state of the text's.
 * @typedef {object} Named
 * @property {string} name @property {string} slug @property {string} part
 * @property {HTMLElement} [link] that was followed on this page
 * @property {boolean} [byKey] was it followed by a key?
 */

/**
 * The state that a link names, if it leads to this page.
 * @param {string | null} href as it was written @param {string} page the address of this page
 */
export function namedBy(href, page) {
  if (!href) return undefined;
  const bare = page.split("#")[0];
  const target = URL.canParse(href, page) ? new URL(href, page) : undefined;
  // Where a page has a base, as in some hosts, "#…" leads to this page all the same.
  if (!target?.hash.startsWith(DO)) return undefined;
  return href.startsWith("#") || target.href.split("#")[0] === bare
    ? target.hash.slice(DO.length)
    : undefined;
}

/**
 * What is wrong with what a link spells out, or undefined.
 * @param {unknown} linked @param {Record<string, import("../widget.js").Check>} checks
 * @param {Record<string, unknown>} start the traits that the link leaves out
 */
export function linkProblem(linked, checks, start) {
  if (typeof linked !== "object" || linked === null || Array.isArray(linked)) return WORDS.nothing;
  const unknown = Object.keys(linked).find((trait) => !Object.hasOwn(checks, trait));
  if (unknown !== undefined) return WORDS.otherKind(unknown);
  /** @type {Record<string, unknown>} */
  const whole = { ...start, ...linked };
  for (const [trait, check] of Object.entries(checks)) {
    const problem = check(whole[trait], (name) => whole[name]);
    if (problem !== undefined) return WORDS.misfit({ trait, problem });
  }
  return undefined;
}

/**
 * Heed the links of the text.
 * @param {object} options
 * @param {States} options.states
 * @param {boolean} options.inPage is the page's address ours?
 * @param {(slug: string, link: HTMLElement, byKey: boolean) => void} options.set
 * @param {AbortSignal} options.signal
 */
function heedLinks({ states, inPage, set, signal }) {
  /** @param {MouseEvent} event */
  function click(event) {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const anchor = /** @type {Element | null} */ (event.target)?.closest("a");
    const slug = namedBy(anchor?.getAttribute("href") ?? null, location.href);
    if (!anchor || slug === undefined || !Object.hasOwn(states, slug)) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // JupyterLab would look for a heading of this name
    if (inPage && anchor.href !== location.href) window.history.pushState(null, "", anchor.href);
    set(slug, anchor, event.detail === 0); // a press of a key counts no clicks
  }
  // In the capture phase: before those that hosts put on their links.
  document.addEventListener("click", click, { capture: true, signal });
}

/**
 * Heed links in the text, and the address: now, and whenever it changes.
 * @template {Record<string, unknown>} S
 * @param {object} options
 * @param {States} options.states
 * @param {S} options.first what a named state starts from
 * @param {S} options.opened the state in which the page opens: what an address starts from
 * @param {ReturnType<typeof import("./link.js").link<S>> | undefined} options.address where the figure's state can be
 *   spelled out; undefined where it cannot, or the figure sees to it itself
 * @param {boolean} options.inPage is the page's address ours?
 * @param {boolean} options.heeded was the address heeded when the page was opened first?
 * @param {Record<string, import("../widget.js").Check>} options.checks
 * @param {(part: string, how: {smooth?: boolean, always?: boolean}) => void} options.show bring a
 *   part into sight
 * @param {(state: S, named?: Named) => void} options.receive named: if the text has a name for it
 * @param {(text: string) => void} options.complain
 * @param {AbortSignal} options.signal
 */
export function arrivals(options) {
  const { states, first, opened, address, inPage, heeded, checks, show } = options;
  const { receive, complain, signal } = options;
  /** @param {string} slug @param {Pick<Named, "link" | "byKey">} [by] @returns {string} the part to look at */
  function setNamed(slug, by) {
    const { name, set, part = "" } = states[slug];
    receive({ ...first, ...set }, { name, slug, part, ...by });
    return part;
  }
  heedLinks({
    states,
    inPage,
    signal,
    set(slug, link, byKey) {
      show(setNamed(slug, { link, byKey }), { smooth: true });
    },
  });
  if (!inPage) return;

  /** @param {unknown} linked */
  function spelled(linked) {
    const problem = linkProblem(linked, checks, opened);
    if (problem) complain(WORDS.unfit(problem));
    else receive({ ...opened, .../** @type {S} */ (linked) });
  }
  /** What the address says, if it speaks of this figure. @param {Promise<unknown> | undefined} letters @param {(part: string) => void} then */
  function arrive(letters, then) {
    const slug = namedBy(location.hash, location.href);
    if (slug !== undefined && Object.hasOwn(states, slug)) {
      then(setNamed(slug));
    }
    letters?.then(
      (linked) => {
        if (linked === undefined) return;
        spelled(linked);
        then("");
      },
      (/** @type {Error} */ { message }) => {
        complain(message);
        then("");
      },
    );
  }
  if (!heeded) arrive(address?.first(), (part) => show(part, { smooth: false, always: true }));
  const listen = () => arrive(address?.news(), (part) => show(part, { smooth: false }));
  window.addEventListener("hashchange", listen, { signal });
}
