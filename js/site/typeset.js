/**
 * Sets equations while the book is built: TeX on standard input, HTML on standard output, one line
 * of JSON each (see book/_ext/equations.py).
 *
 *   {tex, display}   → {html} or {error}
 *   {style}          → {css} for all that was set so far; its fonts lie in `fonts/`
 */
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

// By `require`: it has no types.
const MathJax = await createRequire(import.meta.url)("mathjax").init({
  loader: {
    load: ["input/tex-full", "output/chtml", "a11y/assistive-mml"],
  },
  tex: {
    packages: { "[+]": ["html"] },
    formatError: (/** @type {unknown} */ _, /** @type {Error} */ error) => {
      throw error;
    },
  },
  chtml: { fontURL: "fonts", adaptiveCSS: true, matchFontHeight: false },
});
const { adaptor } = MathJax.startup;

/** @param {{tex: string, display: boolean}} equation */
async function set({ tex, display }) {
  const node = await MathJax.tex2chtmlPromise(tex, { display });
  return { html: adaptor.outerHTML(node) };
}

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  const answer =
    "tex" in asked
      ? await set(asked).catch((error) => ({ error: error.message }))
      : { css: adaptor.textContent(MathJax.chtmlStylesheet()) };
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
