// Reads latent vectors given as a JSON file, an array of arrays of numbers, or by a program.
import { DcganError, messageOf } from '../errors.ts';
import { parseJson } from '../system/json.ts';
import { readRegularText } from '../system/read-file.ts';

const maxFileBytes = 2 ** 28; // of JSON: 100,000 vectors of 100 numbers

/** A JSON file's path, or vectors. */
export type GivenLatents = string | readonly (readonly number[] | Float32Array)[];

/** float32 [n, size]. @throws DcganError `usage.latents` */
export async function readLatents(given: GivenLatents, size: number): Promise<Float32Array> {
  return typeof given === 'string' ? readLatentsFile(given, size) : latentsOf(given, size, 'latents');
}

/** float32 [n, size]. @throws DcganError `usage.latents` */
export async function readLatentsFile(path: string, size: number): Promise<Float32Array> {
  const text = await readRegularText(path, maxFileBytes).catch((error: unknown) => {
    throw unusable(`${path} cannot be read: ${messageOf(error)}.`, size, error);
  });
  return latentsOf(parseVectors(text, path, size), size, path);
}

/** float32 [n, size]; `source` names them in errors. @throws DcganError `usage.latents` */
function latentsOf(vectors: unknown, size: number, source: string): Float32Array {
  if (!Array.isArray(vectors) || vectors.length === 0) throw unusable(`${source} is not a list of vectors.`, size);
  const values = new Float32Array(vectors.length * size);
  for (const [index, vector] of (vectors as unknown[]).entries()) {
    const problem = problemOf(vector, size);
    if (problem) throw unusable(`Vector ${index} of ${source} ${problem}.`, size);
    values.set(vector as ArrayLike<number>, index * size);
  }
  return values;
}

function problemOf(vector: unknown, size: number): string | undefined {
  if (!Array.isArray(vector) && !(vector instanceof Float32Array)) return 'is not an array';
  if (vector.length !== size) return `has ${vector.length} numbers`;
  const values = Array.from<unknown>(vector);
  const place = values.findIndex((value) => typeof value !== 'number' || !Number.isFinite(Math.fround(value)));
  if (place < 0) return undefined;
  return `has ${typeof values[place] === 'number' ? values[place] : JSON.stringify(values[place])} in place ${place}`;
}

function parseVectors(text: string, path: string, size: number): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    throw unusable(`${path} is not JSON: ${messageOf(error)}.`, size, error);
  }
}

function unusable(happened: string, size: number, cause?: unknown): DcganError {
  const expected = `Latent vectors are an array of arrays, each of the ${size} numbers that this generator takes.`;
  return new DcganError('usage.latents', { happened, expected }, { cause });
}
