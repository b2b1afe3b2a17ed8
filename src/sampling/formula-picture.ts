// Draws a formula over latent vectors: operands, signs and result in the last row, members above (Radford et al. 2015, figure 7).
import type { EngineChoice } from '../engines/open.ts';
import { createGrid, drawImages, saveGrid } from '../pictures/grid.ts';
import type { PictureFormat } from '../pictures/picture.ts';
import { type Sign, signImage } from '../pictures/sign-image.ts';
import { givenLatents } from './latent-source.ts';
import { makeImages, type SamplingIo } from './sampling.ts';
import type { TrainedGenerator } from './trained-generator.ts';

export interface Operand {
  sign: '+' | '-';
  /** float32 [size] */
  vector: Float32Array;
  /** The vectors that it is averaged or computed from; empty for a plain vector. */
  members: readonly Float32Array[];
}

/** One column of the picture: a sign in the last row, or vectors that end there. */
type Column = { sign: Sign } | { vectors: readonly Float32Array[] };

/** @throws DcganError `usage.picture-too-large`, `usage.unknown-picture-format`, `usage.cannot-write`, and what opening an engine throws */
export async function writeFormulaPicture(
  { path, format }: { path: string; format: PictureFormat },
  { operands, result }: { operands: readonly Operand[]; result: Float32Array },
  generator: TrainedGenerator,
  choice: EngineChoice,
  io: SamplingIo,
): Promise<void> {
  const columns = columnsOf(operands, result);
  const rows = Math.max(...operands.map(({ members }) => members.length + 1));
  const { data } = generator.config;
  const grid = await createGrid(data, rows * columns.length, { columns: columns.length });
  const cellAt = (x: number, y: number) => y * columns.length + x;
  const placed: { vector: Float32Array; cell: number }[] = [];
  for (const [x, column] of columns.entries()) {
    if ('sign' in column) drawImages(grid, cellAt(x, rows - 1), signImage(column.sign, data));
    else {
      const top = rows - column.vectors.length;
      placed.push(...column.vectors.map((vector, i) => ({ vector, cell: cellAt(x, top + i) })));
    }
  }
  const latents = givenLatents(concatenate(placed.map(({ vector }) => vector)), result.length);
  for await (const { first, images } of makeImages(generator, latents, choice, io)) {
    const size = images.height * images.width * images.channels;
    for (let i = 0; i * size < images.pixels.length; i++) {
      const pixels = images.pixels.subarray(i * size, (i + 1) * size);
      drawImages(grid, placed[first + i]!.cell, { ...images, pixels });
    }
  }
  await saveGrid(path, grid, format);
}

function columnsOf(operands: readonly Operand[], result: Float32Array): Column[] {
  const columns = operands.flatMap(({ sign, vector, members }, i): Column[] => {
    const shown = { vectors: [...members, vector] };
    return i === 0 && sign === '+' ? [shown] : [{ sign }, shown];
  });
  return [...columns, { sign: '=' }, { vectors: [result] }];
}

/** [size] each -> float32 [count, size] */
function concatenate(vectors: readonly Float32Array[]): Float32Array {
  const size = vectors[0]!.length;
  const values = new Float32Array(vectors.length * size);
  for (const [i, vector] of vectors.entries()) values.set(vector, i * size);
  return values;
}
