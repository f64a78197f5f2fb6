// Numbers as text: few digits, a true minus sign, never "-0".

/** A number with so many significant digits at most. */
export function formatNumber(value, digits = 4) {
  if (!Number.isFinite(value)) return "too large";
  const rounded = Number(value.toPrecision(digits));
  const text = Math.abs(rounded) >= 1e6 ? rounded.toExponential(2) : String(rounded);
  return (rounded === 0 ? "0" : text).replaceAll("-", "−");
}

/** A number with exactly so many decimals. */
export function formatFixed(value, decimals) {
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? (0).toFixed(decimals) : text.replace("-", "−");
}

/** A number with two decimals and its sign: "+1.25", "−0.50", "0". */
export function formatSigned(value) {
  const text = formatFixed(value, 2);
  if (text === "0.00") return "0";
  return value > 0 ? `+${text}` : text;
}

/** A factor of a product: negative numbers in brackets. */
export function formatFactor(value, digits = 4) {
  const text = formatNumber(value, digits);
  return value < 0 && text !== "0" ? `(${text})` : text;
}

/** A whole number with a comma at every thousand. */
export function formatCount(count) {
  return count.toLocaleString("en-GB");
}

/** "1 layer", "2,000 layers". */
export function countOf(count, noun, plural = `${noun}s`) {
  return `${formatCount(count)} ${Number(count) === 1 ? noun : plural}`;
}

/** Ten to the power n: "10⁻³". */
export function powerOfTen(n) {
  const raised = (digit) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(digit)];
  return `10${[...String(n)].map(raised).join("")}`;
}

/** What someone typed as a number, NaN where it is none; a comma or a true minus sign will do. */
export function parseNumber(text) {
  const trimmed = text.trim();
  return trimmed === "" ? Number.NaN : Number(trimmed.replace("−", "-").replace(",", "."));
}

/** A value moved into a range. */
export function clamp(value, low, high) {
  return Math.max(low, Math.min(high, value));
}

export function radians(degrees) {
  return (degrees * Math.PI) / 180;
}
