// The arithmetic of each widget, against what its Python side computes with torch.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import * as stepper from "../../helpers/widgets/correlation_stepper.js";
import * as dense from "../../helpers/widgets/dense_to_convolution.js";
import * as cockpit from "../../helpers/widgets/descent_cockpit.js";
import * as meter from "../../helpers/widgets/equivariance_meter.js";
import * as gabor from "../../helpers/widgets/gabor_explorer.js";
import { extremes, squareOf } from "../../helpers/widgets/js/correlate.js";
import * as field from "../../helpers/widgets/js/receptive_field.js";
import * as studio from "../../helpers/widgets/kernel_studio.js";
import * as count from "../../helpers/widgets/parameter_count.js";
import * as explorer from "../../helpers/widgets/receptive_field_explorer.js";
import * as game from "../../helpers/widgets/target_game.js";
import * as tuning from "../../helpers/widgets/tuning_curve.js";
import { assertClose, FIXTURES, fixture, modelOf } from "./helpers.js";

/** Models of a widget in several states, each with what Python computes. */
function states(name) {
  const { traits, cases } = fixture(name);
  return cases.map(({ changes, expected }) => [modelOf({ ...traits, ...changes }), expected]);
}

test("what anywidget loads is a whole module for every widget", async () => {
  const files = readdirSync(join(FIXTURES, "assembled"));
  assert.ok(files.length >= 11);
  for (const file of files) {
    const module = await import(pathToFileURL(join(FIXTURES, "assembled", file)));
    assert.equal(typeof module.default.render, "function", file);
  }
});

test("CorrelationStepper: map, arithmetic and PyTorch call", () => {
  for (const [model, { Y, call }] of states("correlation_stepper")) {
    const state = stepper.stepperState(model);
    assert.equal(stepper.torchCall(state), call);
    if (Y === null) {
      assert.equal(state.Y, null);
      continue;
    }
    assertClose(state.Y.data, Y);
    for (let step = 0; step <= state.last; step++) {
      const terms = stepper.products({ ...state, step });
      assertClose([terms.reduce((sum, { x, k }) => sum + x * k, 0)], [Y[step]]);
    }
  }
  const [[model]] = states("correlation_stepper");
  const text = stepper.arithmetic(stepper.stepperState(model));
  assert.equal(text, "Y[0, 0] = 0·0 + 1·1 + 3·2 + 4·3 = 19");
});

test("DenseToConvolution: matrix, output and number of weights at every stage", () => {
  for (const [model, { matrix, Y, weights }] of states("dense_to_convolution")) {
    const state = dense.matrixState(model);
    assertClose(state.W, matrix);
    assertClose(state.Y, Y);
    assert.ok(dense.stageSentence(state).includes(weights), dense.stageSentence(state));
    assert.match(dense.rowSentence(state), new RegExp(`^Row ${state.row} gives Y`));
  }
});

test("EquivarianceMeter: the difference, inside and at the border", () => {
  const { scene, cases } = fixture("equivariance_meter");
  const X = { ...scene, data: Float64Array.from(scene.data) };
  for (const { kernel, settings, difference, largest } of cases) {
    const found = meter.measure(X, squareOf(kernel), settings);
    assertClose(found.difference.data, difference, 1e-9);
    assertClose(
      [found.largest.inside, found.largest.border ?? Number.NaN],
      [largest.inside, largest.border],
      1e-9,
    );
  }
});

test("ParameterCount: weights, biases and memory of every layer", () => {
  for (const { sizes, counts } of fixture("parameter_count")) {
    const layers = count
      .layerCounts(sizes)
      .map(({ name, weights, biases }) => [name, [String(weights), String(biases)]]);
    assert.deepEqual(Object.fromEntries(layers), counts);
  }
  assert.equal(count.memory(3000001000n), "12 GB");
  assert.equal(count.memory(249_975n), "1 MB");
  assert.equal(count.memory(1n), "4 bytes");
});

test("KernelStudio: each preset is recognised, and no other kernel", () => {
  const presets = fixture("kernel_studio");
  presets.slice(1).forEach((preset, n) => {
    assert.equal(studio.presetOf(preset, presets), n + 1);
  });
  assert.equal(studio.presetOf([1, 2, 3, 4, 5, 6, 7, 8, 9], presets), 0);
});

test("TargetGame: target, map and score", () => {
  for (const [model, { target, output, score }] of states("target_game")) {
    const state = game.gameState(model);
    assertClose(extremes(state.target.data), target);
    assertClose(extremes(state.Y.data), output);
    assert.equal(state.score, score);
  }
});

test("DescentCockpit: losses, kernel and limit of every run", () => {
  for (const [model, { losses, kernel, limit }] of states("descent_cockpit")) {
    const { run, numSteps, ...state } = cockpit.cockpitState(model);
    assertClose(run.losses, losses, 1e-6);
    assertClose(run.points[numSteps], kernel, 1e-6);
    assertClose([state.limit], [limit], 1e-9);
    assert.equal(run.grows !== null, Math.abs(losses.at(-1)) > losses[0]);
  }
});

test("DescentCockpit: a run beyond the limit is said to diverge, and where it leaves the plot", () => {
  const { traits } = fixture("descent_cockpit");
  const text = (changes) =>
    cockpit.verdict(cockpit.cockpitState(modelOf({ ...traits, ...changes })));
  assert.match(
    text({ lr: 0.05, num_steps: 100 }),
    /every step makes the error 2\.00 times as large/,
  );
  assert.match(text({ lr: 0.05, num_steps: 100 }), /leaves the plot at step \d+/);
  assert.match(text({ lr: 0 }), /^Stands still/);
  assert.match(text({ lr: 0.03 }), /^Settles\. Loss /);
  for (const start of [0.5, -3, 3]) {
    for (const lr of [0, 0.0335, 1 / 30, 0.06]) {
      for (const example of [0, 1, 2, 3]) {
        const said = text({ lr, example, num_steps: 100, start_0: start });
        assert.doesNotMatch(said, /NaN|Infinity|undefined|too large/);
      }
    }
  }
});

test("ReceptiveFieldExplorer: sizes, fields, cones and paths of random stacks", () => {
  for (const { layers, side, sizes, fields, cell, inputs, paths } of fixture("receptive_field")) {
    assert.deepEqual(field.mapSizes(side, layers), sizes);
    const found = field
      .receptiveFields(layers)
      .map(({ size, jump, offset }) => [size, jump, offset]);
    assert.deepEqual(found, fields);
    assert.deepEqual(field.coneBelow(layers, layers.length, cell)[0], inputs);
    assertClose(field.pathsTo(layers, sizes, layers.length, cell)[0], paths);
  }
});

test("ReceptiveFieldExplorer: the sentence says what a cell sees", () => {
  const layer = { kind: "conv", kernel_size: 3, stride: 1, padding: 0, dilation: 1 };
  const said = (layers, changes = {}) =>
    explorer.sentence(
      explorer.explorerState(
        modelOf({ layers, input_size: 12, level: layers.length, cell: 1, ...changes }),
      ),
    );
  assert.match(said([layer, layer]), /^Cell 1 of the 8 behind layer 2 sees pixels 1 to 5: size 5/);
  assert.match(said([layer], { level: 0, cell: 3 }), /^Pixel 3 of the picture/);
  assert.match(said([{ ...layer, padding: 1 }], { cell: 0 }), /Inside the picture: 0 to 1;/);
  assert.match(said([{ ...layer, dilation: 2 }]), /It reads 3 of them/);
  const lost = explorer.explorerState(
    modelOf({ layers: [layer, { ...layer, kernel_size: 5 }], input_size: 6, level: 2, cell: 0 }),
  );
  assert.equal(lost.lost, 1);
  assert.match(
    explorer.nothingLeft(lost),
    /^Nothing is left after layer 2: its window spans 5 cells/,
  );
});

test("TuningCurve: the responses to edges and bars at any angle", () => {
  for (const { kernels, side, stimulus, angle, responses } of fixture("tuning_curve")) {
    assertClose(tuning.responsesAt(kernels, side, stimulus, angle), responses);
  }
});

test("TuningCurve: a curve is cut where its sign changes", () => {
  const pieces = tuning.signedPieces([
    [0, 2],
    [10, -2],
    [20, -1],
    [30, 1],
  ]);
  assert.deepEqual(pieces, [
    {
      sign: 1,
      points: [
        [0, 2],
        [5, 0],
      ],
    },
    {
      sign: -1,
      points: [
        [5, 0],
        [10, -2],
        [20, -1],
        [25, 0],
      ],
    },
    {
      sign: 1,
      points: [
        [25, 0],
        [30, 1],
      ],
    },
  ]);
  assert.deepEqual([0.3, 2, 6.1, 0].map(tuning.roundLimit), [0.5, 2, 10, 1]);
});

test("GaborExplorer: the function and its response over a photo", () => {
  for (const { side, numbers, kernel, photo, lowest, highest } of fixture("gabor_explorer")) {
    const K = gabor.gaborKernel(side, numbers);
    assertClose(K.data, kernel);
    const X = gabor.adapted({ ...photo, data: Float64Array.from(photo.data) });
    assertClose(extremes(gabor.response(X, K).data), [lowest, highest], 2e-3);
  }
});
