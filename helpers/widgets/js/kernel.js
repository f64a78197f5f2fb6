// The nine weights of a 3×3 kernel, each a trait with its own slider: `k_0_0` … `k_2_2`.

import { squareOf } from "./correlate.js";
import { redrawOnChange, setTraits, together } from "./model.js";
import { formatFixed } from "./numbers.js";
import { syncThumbs } from "./thumbs.js";

const PLACES = [0, 1, 2].flatMap((a) => [0, 1, 2].map((b) => `${a}_${b}`)); // row by row
export const WEIGHTS = PLACES.map((place) => `k_${place}`);

/** The kernel as a matrix. */
export function kernelOf(model) {
  return squareOf(WEIGHTS.map((name) => model.get(name)));
}

/** Set the kernel from nine numbers, row by row. */
export function setKernel(model, weights) {
  setTraits(model, Object.fromEntries(WEIGHTS.map((name, n) => [name, weights[n]])));
}

/** Sync the weights with their sliders, and write each exact value beside its slider. */
export function syncWeights(model) {
  const write = () => {
    const texts = PLACES.map((place, n) => [
      `text_${place}`,
      formatFixed(model.get(WEIGHTS[n]), 2),
    ]);
    setTraits(model, Object.fromEntries(texts));
  };
  return together(syncThumbs(model), redrawOnChange(model, WEIGHTS, write));
}
