// Sliders over real numbers. The thumb of such a slider stands at whole steps only, while its
// trait may lie between two; `slider_steps` names these traits, and each has a `thumb_<trait>`.

import { redrawOnChange, setTraits, together } from "./model.js";

/** The whole step next to a value. */
export function toStep(value, size) {
  return Number((Math.round(value / size) * size).toPrecision(12));
}

/** Move each thumb to the step next to its trait, and each trait to where its thumb is moved. */
export function syncThumbs(model) {
  const steps = Object.entries(model.get("slider_steps"));
  const apart = ([trait, size]) =>
    Math.abs(model.get(`thumb_${trait}`) - toStep(model.get(trait), size)) > size / 1000;
  const copy = (from, to) => () => {
    const moved = steps.filter(apart);
    const values = moved.map(([trait, size]) => [to(trait), toStep(model.get(from(trait)), size)]);
    setTraits(model, Object.fromEntries(values));
  };
  const trait = (name) => name;
  const thumb = (name) => `thumb_${name}`;
  const [toThumb, fromThumb] = [copy(trait, thumb), copy(thumb, trait)];
  const names = steps.map(([name]) => name);
  return together(
    redrawOnChange(model, names, toThumb),
    redrawOnChange(model, names.map(thumb), fromThumb),
  );
}
