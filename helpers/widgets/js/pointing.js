// Pointing at the pixels of a canvas, by pointer or by keyboard.

import { arrowStep, consume, OWN_KEYS } from "./keyboard.js";

/**
 * Let an element that holds a canvas be pointed into: `onPoint(row, column)` gets the pixel below
 * the pointer, `onMove(rows, columns)` the step of an arrow key, ten times as far with Shift.
 */
export function makePointable(node, canvas, onPoint, onMove) {
  node.tabIndex = 0;
  for (const [attribute, value] of Object.entries(OWN_KEYS)) node.setAttribute(attribute, value);
  const point = (event) => {
    const box = canvas.getBoundingClientRect();
    const down = (event.clientY - box.top - canvas.clientTop) / canvas.clientHeight;
    const right = (event.clientX - box.left - canvas.clientLeft) / canvas.clientWidth;
    onPoint(Math.floor(down * canvas.height), Math.floor(right * canvas.width));
  };
  node.addEventListener("pointermove", point);
  node.addEventListener("pointerdown", point);
  node.addEventListener("keydown", (event) => {
    const step = arrowStep(event);
    if (!step) return;
    consume(event);
    onMove(...step);
  });
}
