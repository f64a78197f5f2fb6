// A row of cells, one of them lit: what the slider moves.

function render({ model, el }) {
  const cells = Array.from({ length: model.get("columns") }, () => element("i"));
  const text = element("div", { class: "cfi-caption", "aria-live": "polite" });
  const root = element("div", { class: "cfi" }, element("div", { class: "stripe-row" }, ...cells), text);
  attach(el, root);

  const stop = redrawOnChange(model, ["column"], () => {
    const column = model.get("column");
    cells.forEach((cell, n) => cell.classList.toggle("stripe-lit", n === column));
    text.textContent = `The stripe is in column ${column}.`;
  });
  return () => {
    stop();
    root.remove();
  };
}

export default { render };
