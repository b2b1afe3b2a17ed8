// Laplacian pyramids for sliced Wasserstein distances.
// After mmagic's evaluation/metrics/swd.py: 5 x 5 binomial blur with zeros around, sizes halved, enlarged by repeating pixels.

/** One plane of values, [height, width]. */
export interface Plane {
  values: Float32Array;
  height: number;
  width: number;
}

/** `levels` planes, each half the size of the one before; the last holds the low frequencies. Halved sides must be even. */
export function laplacianPyramid(image: Plane, levels: number): Plane[] {
  const pyramid: Plane[] = [];
  let current = image;
  for (let level = 1; level < levels; level++) {
    const smaller = blur(current, 2);
    const smooth = blur(repeatPixels(smaller), 1).values;
    pyramid.push({ ...current, values: current.values.map((value, i) => value - smooth[i]!) });
    current = smaller;
  }
  return [...pyramid, current];
}

const binomial = [1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16];

/** Blurs along rows and columns, keeping every `stride`-th value of each. */
function blur(plane: Plane, stride: number): Plane {
  return transpose(blurRows(transpose(blurRows(plane, stride)), stride));
}

function blurRows({ values, height, width }: Plane, stride: number): Plane {
  const blurredWidth = Math.ceil(width / stride);
  const blurred = new Float32Array(height * blurredWidth);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < blurredWidth; x++) {
      let sum = 0;
      for (let tap = 0; tap < 5; tap++) {
        const column = x * stride + tap - 2;
        if (column >= 0 && column < width) sum += binomial[tap]! * values[y * width + column]!;
      }
      blurred[y * blurredWidth + x] = sum;
    }
  }
  return { values: blurred, height, width: blurredWidth };
}

function transpose({ values, height, width }: Plane): Plane {
  const transposed = new Float32Array(values.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) transposed[x * height + y] = values[y * width + x]!;
  }
  return { values: transposed, height: width, width: height };
}

function repeatPixels({ values, height, width }: Plane): Plane {
  const repeated = new Float32Array(4 * values.length);
  for (let y = 0; y < 2 * height; y++) {
    for (let x = 0; x < 2 * width; x++) repeated[y * 2 * width + x] = values[(y >> 1) * width + (x >> 1)]!;
  }
  return { values: repeated, height: 2 * height, width: 2 * width };
}
