// Cross-correlation. A matrix is {data, height, width}, its numbers row by row.

/** @typedef {{data: ArrayLike<number>, height: number, width: number}} Matrix */

/**
 * Rows of numbers as a matrix.
 * @param {number[][]} rows
 * @returns {Matrix}
 */
export function matrixOf(rows) {
  return { data: rows.flat(), height: rows.length, width: rows[0].length };
}

/**
 * Numbers in a square, such as the weights of a 3×3 kernel, as a matrix.
 * @param {ArrayLike<number>} data
 * @returns {Matrix}
 */
export function squareOf(data) {
  const side = Math.round(Math.sqrt(data.length));
  return { data, height: side, width: side };
}

/**
 * Cross-correlation of a picture with a kernel, as chapter 02 defines it.
 * @param {Matrix} X the picture
 * @param {Matrix} K the kernel
 * @returns {Matrix | null} null where the kernel does not fit into the padded picture
 */
export function correlate(X, K, { stride = 1, padding = 0, dilation = 1 } = {}) {
  const room = (n, k) => n + 2 * padding - dilation * (k - 1) - 1;
  const height = Math.floor(room(X.height, K.height) / stride) + 1;
  const width = Math.floor(room(X.width, K.width) / stride) + 1;
  if (height < 1 || width < 1) return null;
  const data = new Float64Array(height * width);
  // Adds up shifted pictures, as chapter 02 does: the innermost loop has no branch.
  for (let a = 0; a < K.height; a++) {
    for (let b = 0; b < K.width; b++) {
      const weight = K.data[a * K.width + b];
      if (weight === 0) continue;
      const start = b * dilation - padding; // column of X under this weight in the first window
      const first = Math.max(0, Math.ceil(-start / stride)); // windows where it is inside X …
      const last = Math.min(width - 1, Math.floor((X.width - 1 - start) / stride)); // … to last
      for (let i = 0; i < height; i++) {
        const row = i * stride - padding + a * dilation;
        if (row < 0 || row >= X.height) continue;
        let from = row * X.width + start + first * stride;
        for (let to = i * width + first; to <= i * width + last; to++) {
          data[to] += weight * X.data[from];
          from += stride;
        }
      }
    }
  }
  return { data, height, width };
}

/** A kernel turned by half a turn, which is what true convolution uses. */
export function flip({ data, height, width }) {
  return { data: Array.from(data).reverse(), height, width };
}

/** Smallest and largest of many numbers. */
export function extremes(values) {
  let [low, high] = [Infinity, -Infinity];
  for (let n = 0; n < values.length; n++) {
    if (values[n] < low) low = values[n];
    if (values[n] > high) high = values[n];
  }
  return [low, high];
}

/** Row and column of the number farthest from zero. */
export function argmaxAbs({ data, width }) {
  let at = 0;
  for (let n = 0; n < data.length; n++) {
    if (Math.abs(data[n]) > Math.abs(data[at])) at = n;
  }
  return { row: Math.floor(at / width), column: at % width };
}
