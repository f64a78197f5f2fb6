// Maps and pictures on a canvas, one pixel per number.

import { SIGNED_COLOURS } from "./colours.js";

// All colours as a canvas holds its pixels: four bytes each, opaque.
const asPixels = (length, byte) => {
  const bytes = (_, n) => (n % 4 === 3 ? 255 : byte(Math.floor(n / 4), n % 4));
  return new Uint32Array(Uint8ClampedArray.from({ length: 4 * length }, bytes).buffer);
};
const SIGNED_PIXELS = asPixels(511, (n, channel) => SIGNED_COLOURS[3 * n + channel]);
const GREY_PIXELS = asPixels(256, (n) => n);

/**
 * Paint a matrix on a canvas, one pixel per number.
 * @param {HTMLCanvasElement} canvas
 * @param {import("./correlate.js").Matrix} matrix
 * @param {number | null} limit value of the strongest colour; null paints grey from 0 to 1
 */
export function paint(canvas, { data, height, width }, limit = null) {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const colours = limit === null ? GREY_PIXELS : SIGNED_PIXELS;
  const [scale, zero] = limit === null ? [255, 0] : [255 / (limit || 1), 255];
  const last = colours.length - 1;
  for (let n = 0; n < data.length; n++) {
    const place = scale * data[n] + zero + 0.5;
    pixels[n] = colours[place < 0 ? 0 : place > last ? last : place | 0]; // rounded
  }
  context.putImageData(image, 0, 0);
}
