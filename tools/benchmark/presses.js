/**
 * Presses keys on a widget in JupyterLab, one after the other, and times each.
 *
 * The benchmark lets the page evaluate this function.
 */
export async function timePresses({ marker, handle, keys, kinds }) {
  const { widgets } = window.jupyterapp.shell.currentWidget.content;
  const cell = widgets.find((w) => w.model.sharedModel.source.startsWith(marker)).node;
  const target = cell.querySelector(handle);
  const picture = cell.querySelector(".cfi");
  const canvases = () => [...(picture?.querySelectorAll("canvas") ?? [])].filter((c) => c.width);

  const rest = () => new Promise((done) => setTimeout(done, 40 + 20 * Math.random()));
  const frame = () => new Promise(requestAnimationFrame);
  const press = (key) => {
    const keyCode = { ArrowLeft: 37, ArrowRight: 39 }[key];
    const options = { key, code: key, keyCode, bubbles: true, cancelable: true };
    target.dispatchEvent(new KeyboardEvent("keydown", options));
  };

  // Everything that can be seen of the picture, but for what only a screen reader speaks.
  const looks = () => {
    const copy = picture.cloneNode(true);
    for (const node of copy.querySelectorAll(".cfi-spoken")) node.remove();
    return (
      copy.innerHTML +
      canvases()
        .map((canvas) => canvas.toDataURL())
        .join()
    );
  };

  // Press, and wait until all is computed, laid out, and stands in the canvases.
  async function drawn(key) {
    press(key);
    for (let n = 0; n < 5; n++) await null; // a picture draws in a microtask
    document.body.getBoundingClientRect();
    for (const canvas of canvases()) canvas.getContext("2d").getImageData(0, 0, 1, 1);
  }

  async function work(key) {
    await rest();
    const before = looks();
    const start = performance.now();
    await drawn(key);
    const milliseconds = performance.now() - start;
    if (looks() === before) throw new Error(`${key} changed nothing: ${marker}`);
    return { work: milliseconds };
  }

  // Until the second frame from now begins: by then the first has gone to the screen.
  async function shown(key) {
    await rest();
    const start = performance.now();
    press(key);
    await frame();
    await frame();
    return { frame: performance.now() - start };
  }

  // Until the new image of the figure is decoded and laid out.
  async function redrawn(key) {
    await rest();
    const before = cell.querySelector("img").src;
    let observer;
    const start = performance.now();
    const image = new Promise((done, fail) => {
      observer = new MutationObserver(() => {
        const image = cell.querySelector("img");
        if (image?.src && image.src !== before) done(image);
      });
      observer.observe(cell, { childList: true, subtree: true, attributes: true });
      setTimeout(() => fail(new Error(`no new figure after ${key}: ${marker}`)), 30000);
    });
    press(key);
    await (await image).decode();
    document.body.getBoundingClientRect();
    const milliseconds = performance.now() - start;
    observer.disconnect();
    return { work: milliseconds };
  }

  (picture ?? target).scrollIntoView({ block: "center" });
  target.focus({ preventScroll: true });
  const found = [];
  for (const [n, key] of keys.entries()) {
    found.push(await { work, shown, redrawn, drawn }[kinds[n % kinds.length]](key));
  }
  return found;
}
