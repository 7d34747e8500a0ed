/** The page “Figures for a class”: links that say in which state a figure opens, and what stays. */
(() => {
  const MOMENT = 3000; // ms for which it is said that the link was copied

  function begin(card) {
    const { key } = card.dataset;
    const link = card.querySelector("a");
    const copy = card.querySelector("button");
    const said = card.querySelector("[role=status]");
    const choice = card.querySelector("select");
    const ticks = [...card.querySelectorAll("input")];
    const details = card.querySelector("details");
    copy.hidden = false;
    details.hidden = false;

    function update() {
      const url = new URL(link.href);
      const hidden = ticks.filter(({ checked }) => !checked).map(({ value }) => `${key}.${value}`);
      url.search = `?alone=${key}${hidden.length ? `&hide=${hidden.join(",")}` : ""}`;
      url.hash = choice.value;
      link.href = url.href;
      said.textContent = "";
    }

    async function take() {
      try {
        await navigator.clipboard.writeText(link.href);
        said.textContent = "Link copied";
        setTimeout(() => (said.textContent = ""), MOMENT);
      } catch {
        said.textContent = link.href; // to be copied by hand
      }
    }
    details.addEventListener("change", update);
    copy.addEventListener("click", take);
    update(); // a browser may have kept the ticks
  }

  for (const card of document.querySelectorAll(".scse-classfigure")) begin(card);
})();
