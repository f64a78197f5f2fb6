// Elements of the page.

/** Make an element: attributes (on… are listeners), then children (nodes or text). */
export function element(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** Make an element of an SVG. */
export function svgElement(tag, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** A line of an SVG from one point to another. */
export function svgLine([x1, y1], [x2, y2], name) {
  return svgElement("line", { class: name, x1, y1, x2, y2 });
}

/** A background with text on it, as an element's style. */
export function tint(node, colour, ink) {
  node.style.background = `rgb(${Array.from(colour).join()})`;
  node.style.color = ink;
}
