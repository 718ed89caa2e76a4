"use strict";
// Charts are drawn one after another, so that the page answers in between. Expressions
// are interpreted (ast), so that the page needs no eval.
{
  const quiet = { disableDefaultStyle: true };
  const draw = async () => {
    for (const place of document.querySelectorAll("[data-chart]")) {
      await vegaEmbed(place, report.charts[place.dataset.chart], {
        actions: false, ast: true, renderer: "svg", defaultStyle: false, tooltip: quiet,
      });
      place.querySelector("svg").setAttribute("aria-hidden", "true"); // its caption says it
      await new Promise((next) => setTimeout(next));
    }
    document.documentElement.dataset.drawn = "true";
  };
  draw();
}
