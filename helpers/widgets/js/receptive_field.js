// The geometry of a stack of layers, along one axis: {kernel_size, stride, padding, dilation}.

/** Cells from the first of a window to its last. */
export const extent = ({ kernel_size, dilation }) => dilation * (kernel_size - 1) + 1;

/** Sides of the picture and of the maps; they end before the first layer that leaves nothing. */
export function mapSizes(inputSize, layers) {
  const sizes = [inputSize];
  for (const layer of layers) {
    const room = sizes.at(-1) + 2 * layer.padding - extent(layer);
    if (room < 0) break;
    sizes.push(Math.floor(room / layer.stride) + 1);
  }
  return sizes;
}

/** The receptive field of the picture's own cells and of those behind every layer. */
export function receptiveFields(layers) {
  const fields = [{ size: 1, jump: 1, offset: 0 }];
  for (const layer of layers) {
    const { size, jump, offset } = fields.at(-1);
    fields.push({
      size: size + (extent(layer) - 1) * jump,
      jump: jump * layer.stride,
      offset: offset - layer.padding * jump,
    });
  }
  return fields;
}

/** First and last cell below a cell, for every level down to the picture, padding included. */
export function coneBelow(layers, level, cell) {
  const spans = [];
  spans[level] = [cell, cell];
  for (let l = level; l > 0; l--) {
    const { stride, padding } = layers[l - 1];
    const [first, last] = spans[l];
    spans[l - 1] = [first * stride - padding, last * stride - padding + extent(layers[l - 1]) - 1];
  }
  return spans;
}

/** How many paths lead from every cell of every level up to one cell. */
export function pathsTo(layers, sizes, level, cell) {
  const counts = [];
  counts[level] = new Float64Array(sizes[level]);
  counts[level][cell] = 1;
  for (let l = level; l > 0; l--) {
    const { kernel_size, stride, padding, dilation } = layers[l - 1];
    const below = new Float64Array(sizes[l - 1]);
    counts[l].forEach((count, i) => {
      if (!count) return;
      for (let a = 0; a < kernel_size; a++) {
        const j = i * stride - padding + a * dilation;
        if (j >= 0 && j < below.length) below[j] += count;
      }
    });
    counts[l - 1] = below;
  }
  return counts;
}

/** Where a cell lies over the picture, in pixels of the picture: its left edge. */
export function leftEdge({ size, jump, offset }, cell) {
  return cell * jump + offset + size / 2 - jump / 2;
}
