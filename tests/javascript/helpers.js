// What the tests share: the fixtures that Python computed, and a model without a page.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Folder that test_javascript.py filled. */
export const FIXTURES = process.env.FIXTURES;

/** The cases of a fixture. */
export function fixture(name) {
  return JSON.parse(readFileSync(join(FIXTURES, `${name}.json`), "utf8"));
}

/** A model with traits, as anywidget hands it to a widget; bytes come as base64. */
export function modelOf(traits) {
  const values = Object.fromEntries(Object.entries(traits).map(([k, v]) => [k, decoded(v)]));
  const listeners = new Map();
  return {
    sent: 0,
    get: (name) => values[name],
    set(name, value) {
      if (values[name] === value) return;
      values[name] = value;
      for (const call of listeners.get(`change:${name}`) ?? []) call();
    },
    save_changes() {
      this.sent++;
    },
    on(event, call) {
      listeners.set(event, [...(listeners.get(event) ?? []), call]);
    },
    off(event, call) {
      listeners.set(
        event,
        listeners.get(event).filter((other) => other !== call),
      );
    },
    count: () => [...listeners.values()].flat().length,
  };
}

function decoded(value) {
  if (typeof value?.base64 !== "string") return value;
  const bytes = Buffer.from(value.base64, "base64");
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Asserts that numbers are equal up to rounding. Python writes null for NaN. */
export function assertClose(actual, expected, tolerance = 1e-5) {
  const numbers = Array.from(actual);
  assert.equal(numbers.length, expected.length);
  numbers.forEach((value, n) => {
    const wanted = expected[n];
    const isEqual =
      wanted === null
        ? Number.isNaN(value) || value === null
        : Math.abs(value - wanted) <= tolerance * Math.max(1, Math.abs(wanted));
    assert.ok(isEqual, `number ${n} is ${value}, not ${wanted}`);
  });
}
