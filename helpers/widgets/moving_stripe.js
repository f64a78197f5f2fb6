// A row of cells, one of them lit: what the slider moves.

import { element } from "./js/dom.js";
import { mount } from "./js/view.js";

function render({ model, el }) {
  const cells = Array.from({ length: model.get("columns") }, () => element("i"));
  const text = element("div", { class: "cfi-caption", "aria-live": "polite" });
  const row = element("div", { class: "stripe-row" }, ...cells);
  const view = mount({ model, el }, element("div", { class: "cfi" }, row, text));

  view.redraw(["column"], () => {
    const column = model.get("column");
    cells.forEach((cell, n) => {
      cell.classList.toggle("stripe-lit", n === column);
    });
    text.textContent = `The stripe is in column ${column}.`;
  });
  return view.close;
}

export default { render };
