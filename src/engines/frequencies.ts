// A convolution with stride 1 in as few products as the discrete Fourier transform needs. With i = o + t - lead,
//   sum_{o, t} x[i] w[t] y[o] = sum_r (X x)_r (W w)_r (Y y)_r,
// so the same three matrices give the convolution and both of its gradients. Numbers of pixels are taken modulo sides so long that
// nothing wraps around. Conjugate frequencies say the same, and a complex product costs three real ones (Gauss).

/** Sides of a convolution with stride 1; tap 0 of output 0 looks at pixel -lead. */
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

/** Sides of the torus on which i = o + t - lead holds for no other i, o and t than on the plane. */
export function torusOf({ input, taps, output, lead }: Sizes): [height: number, width: number] {
  const side = (axis: 0 | 1) => Math.max(input[axis] + lead[axis], output[axis] + taps[axis] - 1 - lead[axis]);
  return [side(0), side(1)];
}

/** Products per pair of channels: one for a frequency that is its own conjugate, three for a pair. */
export function rankOf([height, width]: readonly [number, number]): number {
  const own = (2 - (height % 2)) * (2 - (width % 2));
  return own + (3 * (height * width - own)) / 2;
}

export function transformsOf(sizes: Sizes): Transforms {
  const torus = torusOf(sizes);
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

/** Cosine and sine of a frequency at every place of a rectangle, whose first one is at -lead. */
function waves(
  { vertical, horizontal }: Frequency,
  torus: readonly [number, number],
  sides: readonly [number, number],
  lead: readonly [number, number],
): { cos: number[]; sin: number[] } {
  const places = Array.from({ length: sides[0] * sides[1] }, (_, index) => {
    const [row, column] = [Math.floor(index / sides[1]) - lead[0], (index % sides[1]) - lead[1]];
    return 2 * Math.PI * ((vertical * row) / torus[0] + (horizontal * column) / torus[1]);
  });
  return { cos: places.map(Math.cos), sin: places.map(Math.sin) };
}

function sum(a: number[], b: number[], factor: number): number[] {
  return a.map((value, index) => value + factor * b[index]!);
}
