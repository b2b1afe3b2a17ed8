// Transform matrices for convolution by discrete Fourier transform, with stride 1 and in real numbers. With i = o + t - lead,
//   sum_{o, t} x[i] w[t] y[o] = sum_r (X x)_r (W w)_r (Y y)_r,
// so the same three matrices X, W and Y serve the convolution and both of its gradients. Indices are taken modulo sides long enough
// that nothing wraps around. Only one of each pair of conjugate frequencies is computed, by three real products (Gauss).

/** Sides of a convolution with stride 1; tap 0 of output 0 reads pixel -lead. */
export interface Sizes {
  input: readonly [height: number, width: number];
  taps: readonly [height: number, width: number];
  output: readonly [height: number, width: number];
  lead: readonly [vertical: number, horizontal: number];
}

/** Row-major matrices of `rank` rows, with a column for each pixel of x, each tap of w and each pixel of y. */
export interface Transforms {
  rank: number;
  input: Float32Array;
  taps: Float32Array;
  output: Float32Array;
}

/** The smallest transform sides without wrap-around: i = o + t - lead holds modulo them only where it holds exactly. */
export function transformSides({ input, taps, output, lead }: Sizes): [height: number, width: number] {
  const side = (axis: 0 | 1) => Math.max(input[axis] + lead[axis], output[axis] + taps[axis] - 1 - lead[axis]);
  return [side(0), side(1)];
}

/** Products per pair of channels: one for a frequency that is its own conjugate, three for a pair. */
export function rankOf([height, width]: readonly [number, number]): number {
  const own = (2 - (height % 2)) * (2 - (width % 2));
  return own + (3 * (height * width - own)) / 2;
}

export function transformsOf(sizes: Sizes): Transforms {
  const torus = transformSides(sizes);
  const area = torus[0] * torus[1];
  const rows: { input: number[]; taps: number[]; output: number[] } = { input: [], taps: [], output: [] };
  for (const frequency of frequenciesOf(torus)) {
    const x = waves(frequency, torus, sizes.input, [0, 0]);
    const w = waves(frequency, torus, sizes.taps, sizes.lead);
    const y = waves(frequency, torus, sizes.output, [0, 0]);
    if (frequency.own) {
      rows.input.push(...x.cos);
      rows.taps.push(...w.cos);
      rows.output.push(...y.cos.map((value) => value / area));
      continue;
    }
    // Re(a + ib)(c + id)(e + if), from a x, b x of the input, c w, d w of the taps, e y, f y of the output: with
    // p = c (a + b), q = a (d - c), r = b (c + d) it is e (p - r) - f (p + q). Here b = -sin, d = sin, f = sin.
    rows.input.push(...sum(x.cos, x.sin, -1), ...x.cos, ...x.sin.map((value) => -value));
    rows.taps.push(...w.cos, ...sum(w.sin, w.cos, -1), ...sum(w.cos, w.sin, 1));
    const scaled = (values: number[]) => values.map((value) => (2 * value) / area);
    rows.output.push(
      ...scaled(sum(y.cos, y.sin, -1)),
      ...scaled(y.sin).map((value) => -value),
      ...scaled(y.cos).map((value) => -value),
    );
  }
  const { input, taps, output } = rows;
  return {
    rank: rankOf(torus),
    input: Float32Array.from(input),
    taps: Float32Array.from(taps),
    output: Float32Array.from(output),
  };
}

interface Frequency {
  vertical: number;
  horizontal: number;
  /** Whether it is its own conjugate. */
  own: boolean;
}

/** One of each pair of conjugate frequencies. */
function frequenciesOf([height, width]: readonly [number, number]): Frequency[] {
  const all = Array.from({ length: height * width }, (_, index) => [Math.floor(index / width), index % width] as const);
  return all.flatMap(([vertical, horizontal]) => {
    const conjugate = ((height - vertical) % height) * width + ((width - horizontal) % width);
    const index = vertical * width + horizontal;
    return index <= conjugate ? [{ vertical, horizontal, own: index === conjugate }] : [];
  });
}

/** Cosine and sine of a frequency at every position of a rectangle that starts at -lead. */
function waves(
  { vertical, horizontal }: Frequency,
  torus: readonly [number, number],
  sides: readonly [number, number],
  lead: readonly [number, number],
): { cos: number[]; sin: number[] } {
  const angles = Array.from({ length: sides[0] * sides[1] }, (_, index) => {
    const [row, column] = [Math.floor(index / sides[1]) - lead[0], (index % sides[1]) - lead[1]];
    return 2 * Math.PI * ((vertical * row) / torus[0] + (horizontal * column) / torus[1]);
  });
  return { cos: angles.map(Math.cos), sin: angles.map(Math.sin) };
}

function sum(a: number[], b: number[], factor: number): number[] {
  return a.map((value, index) => value + factor * b[index]!);
}
