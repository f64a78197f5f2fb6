// The model: the traits that Python, the controls and every view of a widget share.

/**
 * Call `draw` now and after every change of the named traits, once for all changes made in one
 * go. Returns the function that stops it.
 */
export function redrawOnChange(model, traits, draw) {
  let waiting = false;
  let stopped = false;
  const ask = () => {
    if (waiting) return;
    waiting = true;
    queueMicrotask(() => {
      waiting = false;
      if (!stopped) draw();
    });
  };
  for (const trait of traits) model.on(`change:${trait}`, ask);
  draw();
  return () => {
    stopped = true;
    for (const trait of traits) model.off(`change:${trait}`, ask);
  };
}

/** One function that calls all of them, such as the stops of several `redrawOnChange`. */
export function together(...stops) {
  return () => {
    for (const stop of stops) stop();
  };
}

/** Set traits and send them in one message; traits that have the value already stay untouched. */
export function setTraits(model, values) {
  for (const [trait, value] of Object.entries(values)) {
    if (model.get(trait) !== value) model.set(trait, value);
  }
  model.save_changes();
}

/** Values of several traits by their names. */
export function getTraits(model, names) {
  return Object.fromEntries(names.map((name) => [name, model.get(name)]));
}

/** The n-th of several matrices that a trait holds as float32, one after the other. */
export function storedMatrix(bytes, shapes, n) {
  const start = shapes.slice(0, n).reduce((sum, [h, w]) => sum + h * w, 0);
  const [height, width] = shapes[n];
  const at = bytes.byteOffset + 4 * start;
  const data = new Float32Array(bytes.buffer.slice(at, at + 4 * height * width));
  return { data, height, width };
}
