// libjpeg-turbo in WebAssembly (the package @cwasm/jpeg-turbo): whole JPEG files to pixels, at eighths of their size.
// The package's own function knows neither smaller sizes nor errors, so its binary is run from here.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { mostPixels, mostSide, type Picture } from './resample.ts';

/** As in turbojpeg.h. */
interface TurboJpeg {
  memory: { buffer: ArrayBuffer };
  malloc(bytes: number): number;
  tjInitDecompress(): number;
  tjDestroy(decoder: number): number;
  // biome-ignore format: one line per parameter says less
  tjDecompress2(decoder: number, input: number, inputBytes: number, output: number, width: number, rowBytes: number, height: number, format: number, flags: number): number;
}

/** Its types come with those of browsers only. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: TurboJpeg };
};

interface Library {
  functions: TurboJpeg;
  /** Addresses for a file and for pixels. */
  input: number;
  output: number;
}

export const mostFileBytes = 2 ** 20;
const formats = { 3: 0, 1: 6 } as const; // TJPF_RGB, TJPF_GRAY

let binary: object | undefined;
let library: Library | undefined;

/**
 * A file of at most `mostFileBytes` at this size, which has to be a number of eighths of its own. The pixels stand in the decoder's
 * memory until the next call. undefined where the library has anything to complain of.
 */
export function decodeJpeg(
  bytes: Uint8Array,
  size: { height: number; width: number },
  channels: 1 | 3,
): Picture | undefined {
  const { height, width } = size;
  const rowBytes = Math.ceil((width * channels) / 8) * 8;
  try {
    library ??= openLibrary();
    const { functions, input, output } = library;
    new Uint8Array(functions.memory.buffer, input).set(bytes);
    const decoder = functions.tjInitDecompress(); // a used one knows the tables of the file before, and lets this one lack them
    const format = formats[channels];
    // biome-ignore format: its parameters belong together
    const status = functions.tjDecompress2(decoder, input, bytes.length, output, width, rowBytes, height, format, 0);
    functions.tjDestroy(decoder);
    if (status !== 0) return undefined;
    const pixels = new Uint8Array(functions.memory.buffer, output, height * rowBytes);
    return { pixels, columns: width, channels, rowBytes };
  } catch {
    library = undefined; // it stopped in the midst of something
    return undefined;
  }
}

function openLibrary(): Library {
  binary ??= new WebAssembly.Module(
    readFileSync(fileURLToPath(import.meta.resolve('@cwasm/jpeg-turbo/jpeg-turbo.wasm'))),
  );
  const { exports: functions } = new WebAssembly.Instance(binary, { env, wasi_snapshot_preview1: system });
  const input = functions.malloc(mostFileBytes);
  return { functions, input, output: functions.malloc(3 * mostPixels + 8 * mostSide) };
}

/** An error in C code jumps back to where setjmp was called, which WebAssembly cannot: it throws instead. */
const env = {
  setjmp: () => 0,
  longjmp: () => {
    throw new Error('libjpeg-turbo cannot decode it');
  },
};

const system = Object.fromEntries(
  ['environ_sizes_get', 'environ_get', 'proc_exit', 'fd_close', 'fd_seek', 'fd_write'].map((name) => [name, () => 0]),
);
