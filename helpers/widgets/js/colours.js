// The colours of numbers. A colour is [r, g, b] from 0 to 255.

import { SIGNED_STOPS } from "./signed_stops.js";

// 511 colours from −1 to 1, so that painting a map looks colours up instead of computing them.
export const SIGNED_COLOURS = Uint8ClampedArray.from({ length: 511 * 3 }, (_, n) => {
  const place = (Math.floor(n / 3) / 510) * 6;
  const left = Math.min(5, Math.floor(place));
  const [low, high] = [SIGNED_STOPS[left][n % 3], SIGNED_STOPS[left + 1][n % 3]];
  return Math.round(low + (high - low) * (place - left));
});

/** Colour of a signed value; `limit` is the value of the strongest colour. */
export function signedColour(value, limit) {
  const share = Math.max(-1, Math.min(1, value / (limit || 1)));
  const n = 3 * Math.round(255 * share + 255);
  return SIGNED_COLOURS.subarray(n, n + 3);
}

/** Colour of a number: signed up to `limit`, or grey from 0 to 1 where limit is null. */
export function numberColour(value, limit) {
  if (limit !== null) return signedColour(value, limit);
  const grey = 255 * Math.max(0, Math.min(1, value));
  return [grey, grey, grey];
}

/** Black or white, whichever has more contrast with a colour (WCAG's relative luminance). */
export function inkOn(colour) {
  const linear = (share) => (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4);
  const [red, green, blue] = Array.from(colour, (channel) => linear(channel / 255));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000" : "#fff";
}

/** Value of the strongest colour of a map; differences as small as rounding errors stay white. */
export function colourLimit([low, high], weights) {
  const rounding = 1e-6 * weights.reduce((sum, weight) => sum + Math.abs(weight), 0);
  const limit = Math.max(-low, high);
  return limit > rounding ? limit : 1;
}
