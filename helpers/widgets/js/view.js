// A view: what a widget shows in one place of the page.

import { redrawOnChange } from "./model.js";
import { nameControls, spokenRegion } from "./speech.js";

/**
 * Put a widget's root into the page. Returns the view:
 * - `redraw(traits, draw)` draws now and after every change of these traits; a text that `draw`
 *   returns is told to screen readers,
 * - `say(text)` tells them something else,
 * - `onClose(stop)` takes what else is to be stopped,
 * - `close()` takes everything away; `render` returns it.
 * @param {{model: object, el: HTMLElement}} place what anywidget gives to `render`
 * @param {HTMLElement} root
 */
export function mount({ model, el }, root) {
  const spoken = spokenRegion();
  root.append(spoken.node);
  el.append(root);
  // Controls render asynchronously.
  const timers = [0, 300, 2000].map((wait) =>
    setTimeout(() => nameControls(root.closest(".cfi-panel")), wait),
  );
  const stops = [spoken.stop, () => timers.forEach(clearTimeout)];
  return {
    say: spoken.say,
    onClose: (stop) => stops.push(stop),
    redraw(traits, draw) {
      const drawAndSay = () => {
        const text = draw();
        if (typeof text === "string") spoken.say(text);
      };
      stops.push(redrawOnChange(model, traits, drawAndSay));
    },
    close() {
      for (const stop of stops.reverse()) stop();
      root.remove();
    },
  };
}
