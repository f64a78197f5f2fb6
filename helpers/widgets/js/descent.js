// Gradient descent on a kernel of two weights, in closed form.

/**
 * The loss of a 1×2 kernel as a bowl: loss(k) = floor + ½ Σ λ c², where c is how far k lies from
 * the minimum along each of the two eigenvectors of the Hessian. The steep one comes first.
 * @param {import("./correlate.js").Matrix} X the picture
 * @param {import("./correlate.js").Matrix} Y the target map
 */
export function bowlOf(X, Y) {
  let [aa, ab, bb, ay, by, yy] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < Y.height; i++) {
    for (let j = 0; j < Y.width; j++) {
      const [a, b] = [X.data[i * X.width + j], X.data[i * X.width + j + 1]];
      const y = Y.data[i * Y.width + j];
      aa += a * a;
      ab += a * b;
      bb += b * b;
      ay += a * y;
      by += b * y;
      yy += y * y;
    }
  }
  // Hessian [[2aa, 2ab], [2ab, 2bb]] and its eigenvectors, in closed form.
  const spread = Math.hypot(aa - bb, 2 * ab);
  const angle = Math.atan2(2 * ab, aa - bb) / 2;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  // Of the two opposite ways to write a direction, the one that reads better.
  const isTurned = cos < -1e-9 || (Math.abs(cos) < 1e-9 && sin < 0);
  const steep = isTurned ? [-cos, -sin] : [cos, sin];
  const flat = steep[1] > 0 ? [steep[1], -steep[0]] : [-steep[1], steep[0]];
  const tiny = 1e-9 * (aa + bb);
  const axes = [
    { direction: steep, lambda: aa + bb + spread },
    { direction: flat, lambda: Math.max(0, aa + bb - spread) },
  ];
  const lowest = [0, 0];
  let floor = yy;
  for (const axis of axes) {
    if (axis.lambda <= tiny) axis.lambda = 0; // along it nothing ever changes
    if (axis.lambda === 0) continue;
    const pull = 2 * (axis.direction[0] * ay + axis.direction[1] * by);
    lowest[0] += (pull / axis.lambda) * axis.direction[0];
    lowest[1] += (pull / axis.lambda) * axis.direction[1];
    floor -= (pull * pull) / (2 * axis.lambda);
  }
  return { axes, lowest, floor: floor > 1e-9 * yy ? floor : 0 };
}

/**
 * Gradient descent on a bowl. A step multiplies the error along an eigenvector by 1 − lr λ, so
 * step n is reached by a power. Returns {points, losses, factors, grows}.
 */
export function descentOn(bowl, start, lr, numSteps) {
  const { axes, lowest, floor } = bowl;
  const factors = axes.map(({ lambda }) => 1 - lr * lambda);
  const errors = axes.map(({ direction }) => {
    const error = direction[0] * (start[0] - lowest[0]) + direction[1] * (start[1] - lowest[1]);
    return Math.abs(error) < 1e-9 ? 0 : error; // else a rounding error would grow, too
  });
  const points = [];
  const losses = [];
  for (let n = 0; n <= numSteps; n++) {
    const point = [...lowest];
    let loss = floor;
    axes.forEach(({ direction, lambda }, axis) => {
      const error = errors[axis] * factors[axis] ** n;
      point[0] += error * direction[0];
      point[1] += error * direction[1];
      loss += (lambda * error * error) / 2;
    });
    points.push(point);
    losses.push(loss);
  }
  const grows = axes.findIndex(
    (_, axis) => Math.abs(factors[axis]) > 1 + 1e-9 && errors[axis] !== 0,
  );
  return { points, losses, factors, grows: grows < 0 ? null : grows };
}
