// Blue below zero, white at zero, orange above. helpers/figures.py reads these seven colours, too.
export const SIGNED_STOPS = [
  [16, 57, 107],
  [33, 102, 172],
  [146, 191, 224],
  [255, 255, 255],
  [246, 178, 122],
  [194, 87, 12],
  [107, 44, 4],
];
