// The modules that all widgets share.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inkOn, numberColour, signedColour } from "../../helpers/widgets/js/colours.js";
import { argmaxAbs, correlate, extremes, flip } from "../../helpers/widgets/js/correlate.js";
import {
  brightness,
  fileProblem,
  fittedSize,
  pictureHeader,
} from "../../helpers/widgets/js/image_input.js";
import { arrowStep } from "../../helpers/widgets/js/keyboard.js";
import { redrawOnChange, setTraits, storedMatrix } from "../../helpers/widgets/js/model.js";
import * as numbers from "../../helpers/widgets/js/numbers.js";
import { syncThumbs, toStep } from "../../helpers/widgets/js/thumbs.js";
import { assertClose, fixture, modelOf } from "./helpers.js";

test("correlate gives conv2d's map for any size, stride, padding and dilation", () => {
  for (const { X, K, options, Y } of fixture("correlate")) {
    const map = correlate(X, K, options);
    if (Y === null) assert.equal(map, null);
    else {
      assert.deepEqual([map.height, map.width], [Y.height, Y.width]);
      assertClose(map.data, Y.data, 1e-9);
    }
  }
});

test("flip turns a kernel by half a turn", () => {
  const K = { data: [1, 2, 3, 4, 5, 6], height: 2, width: 3 };
  assert.deepEqual(flip(K), { data: [6, 5, 4, 3, 2, 1], height: 2, width: 3 });
});

test("argmaxAbs and extremes find the largest numbers of either sign", () => {
  assert.deepEqual(argmaxAbs({ data: [1, -2, 3, -7, 5, 6], width: 3 }), { row: 1, column: 0 });
  assert.deepEqual(extremes([3, -7, 5]), [-7, 5]);
});

test("numbers are short, with a true minus sign and never -0", () => {
  assert.equal(numbers.formatNumber(-1.23456), "−1.235");
  assert.equal(numbers.formatNumber(-1e-20), "−1e−20");
  assert.equal(numbers.formatNumber(-0), "0");
  assert.equal(numbers.formatNumber(123e6), "1.23e+8");
  assert.equal(numbers.formatNumber(Number.POSITIVE_INFINITY), "too large");
  assert.equal(numbers.formatFixed(-0.001, 2), "0.00");
  assert.equal(numbers.formatFixed(-0.125, 3), "−0.125");
  assert.deepEqual([0.5, -2, 0.001].map(numbers.formatSigned), ["+0.50", "−2.00", "0"]);
  assert.deepEqual(
    [3, -2, -0].map((x) => numbers.formatFactor(x)),
    ["3", "(−2)", "0"],
  );
  assert.equal(numbers.powerOfTen(-12), "10⁻¹²");
  assert.equal(numbers.countOf(1n, "bias", "biases"), "1 bias");
  assert.equal(numbers.countOf(2016, "weight"), "2,016 weights");
});

test("what someone types is a number or NaN", () => {
  assert.deepEqual(["−2.5", " 3 ", "1,5", "-1"].map(numbers.parseNumber), [-2.5, 3, 1.5, -1]);
  assert.ok(["", " ", "two", "1 2", "NaN"].map(numbers.parseNumber).every(Number.isNaN));
});

test("signed colours are those of the figures, grey runs from 0 to 1", () => {
  for (const { value, limit, colour } of fixture("colours")) {
    const shown = [...signedColour(value, limit)];
    assert.ok(
      shown.every((channel, n) => Math.abs(channel - colour[n]) <= 4),
      `${value}: ${shown}`,
    );
  }
  assert.deepEqual([...signedColour(0, 0)], [255, 255, 255]);
  assert.deepEqual(numberColour(0.5, null), [127.5, 127.5, 127.5]);
  assert.deepEqual(numberColour(-3, null), [0, 0, 0]);
});

test("text on a colour is black or white, whichever has more contrast", () => {
  assert.equal(inkOn([255, 255, 255]), "#000");
  assert.equal(inkOn([16, 57, 107]), "#fff");
  assert.equal(inkOn([246, 178, 122]), "#000");
});

test("a header tells the size of a PNG or JPEG, and the file's problem", () => {
  for (const { name, bytes, kind, height, width, problem } of fixture("files")) {
    const content = new Uint8Array(Buffer.from(bytes, "base64"));
    const header = pictureHeader(content);
    assert.deepEqual(header, kind === null ? null : { kind, width, height }, name);
    assert.ok(fileProblem(name, content.length, header).includes(problem), name);
    assert.equal(fileProblem(name, content.length, header) === "", problem === "", name);
  }
  assert.match(fileProblem("large.png", 21e6, null), /is 21 MB large/);
});

test("a large picture is scaled down to 320 pixels, a small one keeps its size", () => {
  assert.deepEqual(fittedSize(600, 900, 320), { height: 213, width: 320 });
  assert.deepEqual(fittedSize(5, 8, 320), { height: 5, width: 8 });
  assert.deepEqual(fittedSize(4, 4000, 320), { height: 3, width: 320 });
});

test("brightness weighs red, green and blue", () => {
  const { rgba, luminance, X } = fixture("brightness");
  assertClose(brightness(rgba, luminance), X);
});

test("arrow keys move a row or a column, far with Shift", () => {
  assert.deepEqual(arrowStep({ key: "ArrowUp" }), [-1, 0]);
  assert.deepEqual(arrowStep({ key: "ArrowRight", shiftKey: true }), [0, 10]);
  assert.equal(arrowStep({ key: "Enter" }), null);
});

test("several changes in one go are one redraw, and none after the stop", async () => {
  const model = modelOf({ a: 1, b: 2, c: 3 });
  let drawn = 0;
  const stop = redrawOnChange(model, ["a", "b"], () => drawn++);
  assert.equal(drawn, 1);
  setTraits(model, { a: 2, b: 3, c: 4 });
  await null;
  assert.equal(drawn, 2);
  setTraits(model, { a: 2, c: 5 });
  await null;
  assert.equal(drawn, 2);
  model.set("a", 7);
  stop();
  await null;
  assert.equal(drawn, 2);
  assert.equal(model.count(), 0);
});

test("the second of two stored matrices starts behind the first", () => {
  const bytes = new DataView(Float32Array.from([9, 1, 2, 3, 4, 5, 6]).buffer);
  const { data, height, width } = storedMatrix(
    bytes,
    [
      [1, 1],
      [3, 2],
    ],
    1,
  );
  assert.deepEqual([[...data], height, width], [[1, 2, 3, 4, 5, 6], 3, 2]);
});

test("a thumb is moved to the next step, and only a moved thumb sets its trait", async () => {
  assert.equal(toStep(33, 5), 35);
  assert.equal(toStep(0.1 + 0.2, 0.1), 0.3);
  const model = modelOf({ slider_steps: { angle: 5 }, angle: 33, thumb_angle: 0 });
  const stop = syncThumbs(model);
  await null;
  assert.deepEqual([model.get("angle"), model.get("thumb_angle")], [33, 35]);
  model.set("thumb_angle", 40);
  await null;
  assert.deepEqual([model.get("angle"), model.get("thumb_angle")], [40, 40]);
  model.set("angle", 12);
  await null;
  assert.deepEqual([model.get("angle"), model.get("thumb_angle")], [12, 10]);
  stop();
  assert.equal(model.count(), 0);
});
