// The keyboard.

/** What an element needs so that JupyterLab leaves its arrow keys to it. */
export const OWN_KEYS = { "data-lm-suppress-shortcuts": "true" };

const ARROWS = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/**
 * Rows and columns that an arrow key moves by, or null for any other key.
 * @param {KeyboardEvent} event
 * @param {number} far how many steps one is with Shift
 * @returns {[number, number] | null}
 */
export function arrowStep(event, far = 10) {
  const step = ARROWS[event.key];
  if (!step) return null;
  const size = event.shiftKey ? far : 1;
  return [step[0] * size, step[1] * size];
}

/** Keep a key from the page and from JupyterLab. */
export function consume(event) {
  event.preventDefault();
  event.stopPropagation();
}
