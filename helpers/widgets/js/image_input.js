// Pictures from outside: a learner's file and the camera, as matrices of brightness from 0 to 1.

import { element } from "./dom.js";

const OWN_SIDE = 320; // a learner's picture is scaled down to this longer side, in pixels
const MOST_BYTES = 20e6;
const MOST_PIXELS = 50e6;

/**
 * Kind and size of the picture in a file, read from its bytes; null if neither PNG nor JPEG.
 * It decodes nothing, so that a picture too large to decode is known before it is tried.
 */
export function pictureHeader(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isPng = [137, 80, 78, 71, 13, 10, 26, 10].every((byte, n) => bytes[n] === byte);
  if (isPng && bytes.length >= 24) {
    return { kind: "PNG", width: view.getUint32(16), height: view.getUint32(20) };
  }
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return null;
  // A JPEG is a chain of segments (marker, length, content), and one of them tells the size.
  let at = 2;
  while (at + 9 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1];
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { kind: "JPEG", width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    }
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2);
  }
  return null;
}

/** The sentence that says why a file cannot be shown, or "" if it can be tried. */
export function fileProblem(name, size, header) {
  if (size === 0) return `“${name}” is empty: choose a PNG or JPEG picture.`;
  if (size > MOST_BYTES) {
    return `“${name}” is ${Math.round(size / 1e6)} MB large: choose a picture of at most 20 MB.`;
  }
  if (!header) return `“${name}” is no PNG or JPEG picture: choose one of those two kinds.`;
  const { width, height } = header;
  if (width * height > MOST_PIXELS) {
    return `“${name}” has ${width} × ${height} pixels: choose one of at most 50 million.`;
  }
  if (width < 3 || height < 3) {
    return `“${name}” has ${width} × ${height} pixels: choose one of at least 3 × 3.`;
  }
  return "";
}

/** Height and width scaled down, never up, to a longest side; at least 3 each way. */
export function fittedSize(height, width, side) {
  const scale = Math.min(1, side / Math.max(height, width));
  return {
    height: Math.max(3, Math.round(height * scale)),
    width: Math.max(3, Math.round(width * scale)),
  };
}

/**
 * Brightness from 0 to 1 of pixels given as red, green, blue and opacity from 0 to 255.
 * `luminance` says how bright each of the three looks to the eye.
 */
export function brightness(rgba, luminance) {
  const [red, green, blue] = luminance.map((weight) => weight / 255);
  const X = new Float32Array(rgba.length / 4);
  for (let n = 0; n < X.length; n++) {
    X[n] = red * rgba[4 * n] + green * rgba[4 * n + 1] + blue * rgba[4 * n + 2];
  }
  return X;
}

/** Brightness of an image, a video or a bitmap, drawn on a canvas; cut to fill the size. */
export function capture(canvas, image, imageSize, { height, width }, luminance) {
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "#fff"; // behind what is transparent
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  const scale = Math.max(width / imageSize.width, height / imageSize.height);
  const [w, h] = [imageSize.width * scale, imageSize.height * scale];
  context.drawImage(image, (width - w) / 2, (height - h) / 2, w, h);
  const { data } = context.getImageData(0, 0, width, height);
  return { data: brightness(data, luminance), height, width };
}

/** Decode a learner's file; throws an Error whose message is the sentence to show. */
export async function readFile(file, luminance) {
  const bytes = file.size > MOST_BYTES ? null : new Uint8Array(await file.arrayBuffer());
  const header = bytes && pictureHeader(bytes);
  const problem = fileProblem(file.name, file.size, header);
  if (problem) throw new Error(problem);
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    throw new Error(`“${file.name}” is damaged and cannot be shown: choose another picture.`);
  }
  const size = fittedSize(bitmap.height, bitmap.width, OWN_SIDE);
  const picture = capture(element("canvas"), bitmap, bitmap, size, luminance);
  bitmap.close();
  return picture;
}

/** Why the camera does not run, as a sentence. */
export function cameraProblem(error) {
  if (error.name === "NotAllowedError") {
    return "The camera was refused, so the last picture stays: allow it in the browser, try again.";
  }
  if (error.name === "NotFoundError") {
    return "No camera was found, so the last picture stays: connect one and try again.";
  }
  return (
    "The camera cannot be used here, so the last picture stays: browsers grant it only to " +
    "pages from this machine or over https."
  );
}
